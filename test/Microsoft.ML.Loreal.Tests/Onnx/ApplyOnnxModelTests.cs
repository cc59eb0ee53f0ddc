using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>The sample that scores exported files with ML.NET's own step, as a process of its own.</summary>
[TestClass]
public sealed class ApplyOnnxModelTests
{
    // Built beside the tests, in their configuration.
    private static readonly string _program = Repository.At(
        "artifacts",
        "bin",
        "ApplyOnnxModel",
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)),
        "ApplyOnnxModel.dll");

    [TestMethod]
    public void AgreesWithTheClassifier()
    {
        using var folder = new TemporaryFolder();
        Trained.Loreal.SaveAsOnnx(folder["image.onnx"], new OnnxExportOptions { Input = OnnxInput.Image });
        Trained.Loreal.SaveAsOnnx(folder["pixels.onnx"]);
        string pictures = Directory.CreateDirectory(folder["pictures"]).FullName;
        foreach (Photo photo in Trained.Photos.Take(4))
        {
            File.Copy(photo.ImagePath, Path.Combine(pictures, Path.GetFileName(photo.ImagePath)));
        }

        using var smooth = MLImage.CreateFromPixels(50, 20, MLPixelFormat.Rgba32, [.. Enumerable.Range(0, 4000).Select(Level)]);
        smooth.Save(Path.Combine(pictures, "z.png"));

        string[] lines = DotnetCommand.Run(folder["pictures"], [_program, folder["image.onnx"], pictures]).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        Assert.HasCount(5, lines);
        using var classifier = LorealClassifier.Load(folder["pixels.onnx"]);
        foreach (string line in lines)
        {
            string[] cells = line.Split('\t');
            ImagePrediction expected = classifier.Predict(cells[0]);
            Assert.AreEqual(expected.ClassName, cells[1]);
            Assert.AreEqual(expected.Probability, float.Parse(cells[2], CultureInfo.InvariantCulture), 1e-6f);
        }

        static byte Level(int index) => index % 4 == 3 ? byte.MaxValue : (byte)(index / 16);
    }
}
