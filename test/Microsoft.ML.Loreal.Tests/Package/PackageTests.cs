using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>The package as users get it: packed, and used by a project outside the repository.</summary>
[TestClass]
public sealed class PackageTests
{
    private static readonly TemporaryFolder _folder = new();
    private static readonly Lazy<string> _package = new(Pack);

    // Differs from whatever a package cache may have.
    private static string Version { get; } = typeof(LorealTrainer).Assembly.GetName().Version!.ToString(3) + "-test";

    [ClassCleanup]
    public static void Clean() => _folder.Dispose();

    [TestMethod]
    public void HasItsFilesAndLeavesTheChoiceOfLibtorchToTheProgram()
    {
        using ZipArchive package = ZipFile.OpenRead(_package.Value);
        string[] names = [.. package.Entries.Select(entry => entry.FullName)];
        foreach (string name in new[]
        {
            "README.md",
            "LICENSE",
            "icon.png",
            "tools/cxx-runtime.sh",
            "lib/net10.0/Microsoft.ML.Loreal.dll",
            "lib/net10.0/Microsoft.ML.Loreal.xml",
        })
        {
            Assert.Contains(name, names);
        }

        Assert.AreEqual(File.ReadAllText(Repository.At("build", "cxx-runtime.sh")), Text(package, "tools/cxx-runtime.sh"));
        using (ZipArchive symbols = ZipFile.OpenRead(Path.ChangeExtension(_package.Value, ".snupkg")))
        {
            Assert.Contains("lib/net10.0/Microsoft.ML.Loreal.pdb", symbols.Entries.Select(entry => entry.FullName));
        }

        XElement metadata = XDocument.Parse(Text(package, "Microsoft.ML.Loreal.nuspec")).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.AreEqual(Version, Value("version"));
        Assert.AreEqual("README.md", Value("readme"));
        Assert.AreEqual("icon.png", Value("icon"));
        Assert.AreEqual("MIT", Value("license"));
        CollectionAssert.AreEquivalent(
            new[] { "Google.Protobuf", "Microsoft.ML", "Microsoft.ML.Loreal.Core", "Microsoft.ML.Loreal.Onnx", "OnnxSharp", "TorchSharp" },
            Dependencies(metadata));
    }

    [TestMethod]
    public void ThePackageForExportedModelsAsksForNothingOfLibtorch()
    {
        string packed = Path.Combine(Path.GetDirectoryName(_package.Value)!, $"Microsoft.ML.Loreal.Onnx.{Version}.nupkg");
        using (ZipArchive package = ZipFile.OpenRead(packed))
        {
            XElement metadata = XDocument.Parse(Text(package, "Microsoft.ML.Loreal.Onnx.nuspec")).Root!.Elements().Single();
            CollectionAssert.AreEquivalent(
                new[] { "Microsoft.ML", "Microsoft.ML.Loreal.Core", "Microsoft.ML.OnnxRuntime" }, Dependencies(metadata));
        }

        // The closure: what NuGet found for the project and all that it asks for.
        using var assets = JsonDocument.Parse(
            File.ReadAllText(Repository.At("artifacts", "obj", "Microsoft.ML.Loreal.Onnx", "project.assets.json")));
        string[] closure = [.. assets.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name)];
        Assert.Contains(name => name.StartsWith("Microsoft.ML.OnnxRuntime/", StringComparison.Ordinal), closure);
        Assert.DoesNotContain(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase), closure);
        string[] known = [.. typeof(LorealClassifier).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!)];
        Assert.DoesNotContain("TorchSharp", known);
        Assert.DoesNotContain("Microsoft.ML.Loreal", known);
    }

    [TestMethod]
    public void AProjectOutsideTheRepositoryRunsTheReadmesPipeline()
    {
        var program = new ConsumerProgram(Directory.CreateDirectory(_folder["consumer"]).FullName, _package.Value, Version);
        program.Build(File.ReadAllText(Repository.At("README.md")));
        List<Photo> photos = ConsumerPictures.Write(Directory.CreateDirectory(_folder["pictures"]).FullName);

        string[] lines = program.Run(_folder["pictures"]).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        // Of every picture: its name, its predicted class, and the probabilities by the trained and by the reloaded model.
        Assert.HasCount(photos.Count, lines);
        foreach ((Photo photo, string line) in photos.Zip(lines))
        {
            string[] cells = line.Split(';');
            Assert.AreEqual(photo.FileName, cells[0]);
            Assert.AreEqual(photo.Label, cells[1]);
            float[] probabilities = [.. cells[3].Split(' ').Select(value => float.Parse(value, CultureInfo.InvariantCulture))];
            Assert.HasCount(ConsumerPictures.Classes, probabilities);
            Assert.AreEqual(1, probabilities.Sum(), 1e-4);
            float[] trained = [.. cells[2].Split(' ').Select(value => float.Parse(value, CultureInfo.InvariantCulture))];
            foreach ((float before, float after) in trained.Zip(probabilities))
            {
                // A row alone and a row of a batch are summed in another order.
                Assert.AreEqual(before, after, 1e-4f);
            }
        }
    }

    [TestMethod]
    public void TheQuickStartInOneFileRuns()
    {
        string folder = Directory.CreateDirectory(_folder["quickstart"]).FullName;
        string photos = Directory.CreateDirectory(_folder["photos"]).FullName;
        foreach (Photo photo in ConsumerPictures.Write(photos))
        {
            string ofClass = Directory.CreateDirectory(Path.Combine(folder, "pictures", photo.Label)).FullName;
            File.Move(Path.Combine(photos, photo.FileName), Path.Combine(ofClass, photo.FileName));
        }

        // As it stands, but for the version, which is that of the package made here.
        File.WriteAllText(
            Path.Combine(folder, "quickstart.cs"),
            File.ReadAllText(Repository.At("samples", "quickstart.cs")).Replace(
                "#:package Microsoft.ML.Loreal@0.1.0", $"#:package Microsoft.ML.Loreal@{Version}", StringComparison.Ordinal));
        ConsumerProgram.WriteFeed(folder, _package.Value);

        // What dotnet run does, in two steps, with the package in a folder of its own.
        DotnetCommand.Run(folder, ["build", "quickstart.cs", "--output", "output", .. ConsumerProgram.RestoreProperties(folder)]);
        string output = DotnetCommand.Run(folder, [Path.Combine("output", "quickstart.dll"), "pictures"]);

        StringAssert.Contains(output, "Right on the test: ");
        Assert.IsTrue(File.Exists(Path.Combine(folder, "model.zip")));
    }

    private static string Pack()
    {
        string output = _folder["packages"];

        // What is built already is packed: the output of this configuration, which the tests' own reference made.
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        foreach (string project in new[] { "Microsoft.ML.Loreal.Core", "Microsoft.ML.Loreal", "Microsoft.ML.Loreal.Onnx" })
        {
            DotnetCommand.Run(
                Repository.Root,
                [
                    "pack", Path.Combine("src", project), "--no-build", "--configuration", configuration, "--output", output,
                    $"-p:PackageVersion={Version}", "-warnaserror",
                ]);
        }

        return Path.Combine(output, $"Microsoft.ML.Loreal.{Version}.nupkg");
    }

    private static string[] Dependencies(XElement metadata) =>
    [
        .. metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(
            element => element.Attribute("id")!.Value),
    ];

    private static string Text(ZipArchive archive, string name)
    {
        using var reader = new StreamReader(archive.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }
}
