using System.Text.RegularExpressions;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// A user's program in a folder outside the repository: README's lines between the reading of pictures and the printing of predictions.
/// </summary>
/// <param name="folder">The program's folder.</param>
/// <param name="package">The package's file.</param>
/// <param name="version">The package's version.</param>
internal sealed class ConsumerProgram(string folder, string package, string version)
{
    private const string Before = """
        using System.Globalization;
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using Microsoft.ML.Loreal;

        Example[] images = [.. Directory.EnumerateFiles(args[0]).Order(StringComparer.Ordinal)
            .Select(path => new Example { ImagePath = path, Label = Path.GetFileName(path).Split('_')[0] })];
        IDataView test = new MLContext(seed: 2).Data.LoadFromEnumerable(images);


        """;

    private const string After = """

        float[][] trained = [.. model.Transform(test).GetColumn<float[]>("Score")];
        if (double.IsNaN(metrics.LogLoss) || metrics.ConfusionMatrix.NumberOfClasses != trained[0].Length)
        {
            throw new InvalidOperationException("The evaluation has other classes than the model.");
        }

        var other = new MLContext(seed: 3);
        using var engine = other.Model.CreatePredictionEngine<Example, Prediction>(other.Model.Load("model.zip", out _));
        foreach ((Example image, float[] score) in images.Zip(trained))
        {
            Prediction prediction = engine.Predict(image);
            string name = Path.GetFileName(image.ImagePath);
            Console.WriteLine(string.Join(';', name, prediction.PredictedLabel, Text(score), Text(prediction.Score)));
        }

        static string Text(float[] score) => string.Join(' ', score.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

        internal sealed class Example
        {
            public string ImagePath { get; set; } = "";

            public string Label { get; set; } = "";
        }

        internal sealed class Prediction
        {
            public string PredictedLabel { get; set; } = "";

            public float[] Score { get; set; } = [];
        }
        """;

    // A short training of the backbone that comes with the package, instead of one in a folder that is not there.
    private const string Settings =
        "BaseStage = new TrainingStageOptions { Epochs = 2 }, DistillationStage = new TrainingStageOptions { Epochs = 2 }, ViewsPerImage "
        + "= 1, Attributes = [\"color\", \"shape\"],";

    private string Output => Path.Combine(folder, "output");

    /// <summary>Names the folder of a package as a source of packages, beside those of the machine.</summary>
    public static void WriteFeed(string folder, string package) => File.WriteAllText(
        Path.Combine(folder, "NuGet.config"),
        $"""
        <configuration>
          <packageSources>
            <add key="product" value="{Path.GetDirectoryName(package)}" />
          </packageSources>
        </configuration>
        """);

    /// <summary>
    /// The packages that this machine has are used where they are; the product's goes into the program's own folder.
    /// </summary>
    public static string[] RestoreProperties(string folder) =>
        [$"-p:RestorePackagesPath={Path.Combine(folder, "packages")}", $"-p:RestoreFallbackFolders={MachinePackages()}"];

    /// <summary>Restores and builds it; a warning is an error.</summary>
    /// <param name="readme">The text of README.md.</param>
    public void Build(string readme)
    {
        WriteFeed(folder, package);
        Write("Consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.ML.Loreal" Version="{version}" />
                <PackageReference Include="libtorch-cpu-{TorchRuntime.Platform}" Version="{NativeLoadFailure.LibtorchVersion}" />
              </ItemGroup>
            </Project>
            """);
        Write("Program.cs", Before + Pipeline(readme) + After);
        DotnetCommand.Run(folder, ["build", "--configuration", "Release", "--output", Output, .. RestoreProperties(folder)]);
        string[] natives =
        [
            .. Directory.EnumerateFiles(Path.Combine(Output, "runtimes", TorchRuntime.Platform, "native"))
                .Select(path => Path.GetFileName(path)),
        ];
        foreach (string name in new[] { "LibTorchSharp", "torch_cpu" })
        {
            Assert.Contains(file => file.Contains(name, StringComparison.Ordinal), natives);
        }
    }

    /// <summary>Runs it.</summary>
    /// <param name="pictures">The folder of the pictures.</param>
    /// <returns>What it prints.</returns>
    public string Run(string pictures) => DotnetCommand.Run(folder, [Path.Combine(Output, "Consumer.dll"), pictures]);

    /// <summary>The first C# block of README's section on programs, with other settings for the backbone's folder.</summary>
    private static string Pipeline(string readme)
    {
        Match block = Regex.Match(
            readme, @"^## In your program$.*?^```csharp$(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.IsTrue(block.Success, "README.md has no C# under 'In your program'.");
        string[] lines = block.Groups["code"].Value.Split('\n');
        int backbone = Array.FindIndex(lines, line => line.Contains("ClipBackbone.FromFolder", StringComparison.Ordinal));
        Assert.AreNotEqual(-1, backbone, "README's pipeline names no backbone.");
        lines[backbone] = Settings;
        return string.Join('\n', lines);
    }

    private static string MachinePackages() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(folder, name), content);
}
