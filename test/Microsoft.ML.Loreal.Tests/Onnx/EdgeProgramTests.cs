using System.Diagnostics;
using System.Runtime.InteropServices;
using SixLabors.ImageSharp;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>The sample for small devices as it is published, trimmed and with its own .NET: on x64, and on Arm by emulation.</summary>
[TestClass]
public sealed class EdgeProgramTests
{
    private const string Arm = "linux-arm64";
    private const string Emulator = "/usr/bin/qemu-aarch64-static";
    private const string ArmLibraries = "/usr/aarch64-linux-gnu";

    private static readonly TemporaryFolder _folder = new();
    private static readonly Dictionary<string, string> _programs = [];
    private static readonly Lazy<string[]> _pictures = new(WritePictures);

    [ClassCleanup]
    public static void Clean() => _folder.Dispose();

    // The reference is the same file scored in this process.
    [TestMethod]
    [DataRow("linux-x64", "float32", 1e-5)]
    [DataRow(Arm, "float32", 1e-5)]
    [DataRow(Arm, "float16", 1e-5)]
    [DataRow("linux-x64", "int8", 1e-5)]
    // Whole numbers are exact on every processor. What is computed in single precision around them is not, and where it moves a number
    // across the middle between two levels, the score moves by that level; MeasuredScoreTests has how much that is.
    [DataRow(Arm, "int8", 0.02)]
    public void ItGivesTheClassesAndProbabilitiesOfThisProcess(string platform, string weights, double tolerance)
    {
        RequireMachineFor(platform);
        string model = _folder[$"{weights}.onnx"];
        Trained.Loreal.SaveAsOnnx(
            model,
            weights == "int8"
                ? Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Exact)
                : new OnnxExportOptions { Float16Weights = weights == "float16" });
        using var classifier = LorealClassifier.Load(model);
        IReadOnlyList<ImagePrediction> expected = classifier.Predict(_pictures.Value);

        string[][] rows = [.. Run(platform, [model, .. _pictures.Value]).Select(line => line.Split('\t'))];

        CollectionAssert.AreEqual(_pictures.Value, rows.Select(row => row[0]).ToArray());
        foreach ((ImagePrediction prediction, string[] row) in expected.Zip(rows))
        {
            Assert.AreEqual(prediction.ClassName, row[1], row[0]);
            Assert.AreEqual(prediction.Probability, double.Parse(row[2], CultureInfo.InvariantCulture), tolerance, row[0]);
        }
    }

    private static void RequireMachineFor(string platform)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64)
        {
            Assert.Inconclusive("The programs that are compared are those for Linux, run on x64.");
        }

        if (platform == Arm && !(File.Exists(Emulator) && Directory.Exists(ArmLibraries)))
        {
            Assert.Inconclusive(
                $"There is no {Emulator}, or no {ArmLibraries}: Debian's packages qemu-user-static, libc6-arm64-cross and "
                + "libstdc++6-arm64-cross bring them.");
        }
    }

    private static string[] Run(string platform, string[] arguments)
    {
        if (!_programs.TryGetValue(platform, out string? program))
        {
            DotnetCommand.Run(
                Repository.Root,
                ["publish", "samples/EdgeScoring", "--configuration", "Release", "--runtime", platform, "--output", _folder[platform]]);
            program = Path.Combine(_folder[platform], "EdgeScoring");
            _programs.Add(platform, program);
        }

        // The processor is named because that of the emulator's choice has instructions that Debian 12's computes wrongly.
        ProcessStartInfo start = platform == Arm
            ? new ProcessStartInfo(Emulator, ["-cpu", "cortex-a72", "-L", ArmLibraries, program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Pictures of the drawn world by turns as PNG, JPEG, TIFF and TGA: both decoders read some of them.</summary>
    private static string[] WritePictures()
    {
        string folder = Directory.CreateDirectory(_folder["pictures"]).FullName;
        string[] extensions = ["png", "jpg", "tiff", "tga"];
        return
        [
            .. ConsumerPictures.Write(folder).Select((photo, i) =>
            {
                string path = Path.ChangeExtension(Path.Combine(folder, photo.FileName), extensions[i % extensions.Length]);
                using var picture = Image.Load(Path.Combine(folder, photo.FileName));
                picture.Save(path);
                return path;
            }),
        ];
    }
}
