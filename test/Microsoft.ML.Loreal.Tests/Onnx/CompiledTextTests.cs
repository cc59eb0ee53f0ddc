using System.Runtime.InteropServices;
using global::Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>Exports with the text side compiled: what the file has, and how near it is to the text tower.</summary>
[TestClass]
public sealed class CompiledTextTests
{
    [TestMethod]
    [DataRow("CoOp")]
    [DataRow("MaPLe")]
    [DataRow("MMA")]
    [DataRow("MMRL")]
    public void WhatItWasFittedToIsGivenBack(string method)
    {
        using var folder = new TemporaryFolder();
        using LorealTransformer fitted = ExportedScoreTests.Fit(Trained.Backbone, method, attributes: true, grid: 2);
        // Each color twice: once for the fit, whose views show that color only, and once among those it is measured on.
        var random = new Random(4);
        Rgb24[] colors = [.. Enumerable.Range(0, 24).Select(_ => new Rgb24(Level(), Level(), Level()))];
        List<Photo> photos = Calibration.WriteColors(folder["colors"], colors.SelectMany(color => new[] { color, color }));
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.None, OnnxTextSide.Compiled);
        options.CalibrationData = Calibration.Data(photos);
        ModelProto model = Calibration.Model(fitted, options);
        byte[][] pictures = Array.ConvertAll(colors, color => Flat(color, fitted.Resolution));
        float[][] expected = ExportedScoreTests.Scores(fitted, pictures);

        float compiled = LargestOf(model);
        TensorProto weights = Calibration.Initializer(model, "text.weights");
        weights.RawData = ByteString.CopyFrom(new byte[weights.RawData.Length]);
        float meanAlone = LargestOf(model);

        Assert.IsLessThan(meanAlone / 10, compiled, "with the mean text features alone");

        byte Level() => (byte)random.Next(256);

        float LargestOf(ModelProto file)
        {
            using var run = new OnnxRun(file.ToByteArray());
            return ExportedScoreTests.Largest(expected, run.Run(pictures).Scores);
        }
    }

    [TestMethod]
    public void AFileHasNoTextTowerAndIsTheSameEachTime()
    {
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.None, OnnxTextSide.Compiled);
        byte[] file = Calibration.Export(Trained.Loreal, options);

        CollectionAssert.AreEqual(file, Calibration.Export(Trained.Loreal, options));
        GraphProto graph = ModelProto.Parser.ParseFrom(file).Graph;
        string[] text = [.. graph.Initializer.Select(tensor => tensor.Name)
            .Where(name => name.StartsWith("text.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(
            new[] { "text.center", "text.one", "text.projection", "text.terms", "text.views", "text.weights" }, text);
        // A softmax for each block of the image tower and one for the scores.
        Assert.AreEqual(1 + Trained.Backbone.Config.VisionLayers, graph.Node.Count(node => node.OpType == "Softmax"));
        Assert.IsTrue(graph.Initializer.All(tensor => tensor.DataType != (int)TensorProto.Types.DataType.Float || Finite(tensor)));
    }

    [TestMethod]
    public void TheOtherSettingsWorkTogetherWithIt()
    {
        using var folder = new TemporaryFolder();
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.None, OnnxTextSide.Compiled);
        byte[] file = Calibration.Export(Trained.Loreal, options);
        byte[][] pictures = ExportedScoreTests.Pictures(8, Trained.Loreal.Resolution);
        using var plain = new OnnxRun(file);
        float[][] expected = plain.Run(pictures).Scores;
        string path = folder["model.onnx"];
        Trained.Loreal.SaveAsOnnx(path, options);
        CollectionAssert.AreEqual(file, File.ReadAllBytes(path));

        options.ExternalWeights = true;
        Trained.Loreal.SaveAsOnnx(path, options);
        using (var external = new OnnxRun(path))
        {
            Assert.AreEqual(0, ExportedScoreTests.Largest(expected, external.Run(pictures).Scores));
        }

        options.ExternalWeights = false;
        options.Float16Weights = true;
        byte[] half = Calibration.Export(Trained.Loreal, options);
        using (var rounded = new OnnxRun(half))
        {
            // As without compiled text: the rounding of the weights.
            Assert.IsLessThan(0.01f, ExportedScoreTests.Largest(expected, rounded.Run(pictures).Scores));
        }

        Assert.IsLessThan(file.Length, half.Length);
    }

    [TestMethod]
    [DataRow(OnnxQuantization.None)]
    [DataRow(OnnxQuantization.Int8)]
    public void WholePicturesGetTheScoresOfTheirPixels(OnnxQuantization quantization)
    {
        OnnxExportOptions options = Calibration.Options(quantization, OnnxTextSide.Compiled);
        using var pixels = new OnnxRun(Calibration.Export(Trained.Loreal, options));
        options.Input = OnnxInput.Image;
        using var image = new OnnxRun(Calibration.Export(Trained.Loreal, options));
        Assert.AreEqual("image", image.Metadata.CustomMetadataMap["loreal.input"]);
        foreach (byte[] picture in ExportedScoreTests.Pictures(4, Trained.Loreal.Resolution))
        {
            var tensor = new DenseTensor<byte>(picture, [1, Trained.Loreal.Resolution, Trained.Loreal.Resolution, 3]);
            using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results =
                image.Session.Run([NamedOnnxValue.CreateFromTensor("image", tensor)], ["scores"]);
            CollectionAssert.AreEqual(pixels.Run(picture).Scores[0], results[0].AsEnumerable<float>().ToArray());
        }
    }

    [TestMethod]
    [DataRow(OnnxQuantization.None, OnnxTextSide.Compiled)]
    [DataRow(OnnxQuantization.Int8, OnnxTextSide.Exact)]
    [DataRow(OnnxQuantization.Int8, OnnxTextSide.Compiled)]
    public void ATransformerInBFloat16IsExportedFromTheBackbonesOwnWeights(OnnxQuantization quantization, OnnxTextSide textSide)
    {
        OnnxExportOptions options = Calibration.Options(quantization, textSide);
        using LorealTransformer reduced = Trained.Loreal.WithPrecision(ComputePrecision.BFloat16);
        ModelProto expected = Calibration.Model(Trained.Loreal, options);
        ModelProto actual = Calibration.Model(reduced, options);
        Assert.AreEqual(expected.Graph, actual.Graph);
    }

    [TestMethod]
    public void TwoPicturesAreEnough()
    {
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Compiled);
        options.CalibrationData = Calibration.Data(Trained.Photos.Take(2));
        AssertNumbers(options);
    }

    [TestMethod]
    public void PicturesThatAreAllTheSameGiveNumbers()
    {
        using var folder = new TemporaryFolder();
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.None, OnnxTextSide.Compiled);
        options.CalibrationData = Calibration.Data(Calibration.WriteColors(folder["colors"], new Rgb24[40]));
        AssertNumbers(options);
    }

    [TestMethod]
    [DataRow(1, 3, 512, 1, 8)]
    [DataRow(200, 100, 512, 200, 8)]
    [DataRow(500, 100, 512, 500, 4)]
    [DataRow(5000, 100, 512, 2048, 1)]
    [DataRow(200, 1000, 512, 200, 2)]
    [DataRow(5000, 1000, 512, 524, 1)]
    [DataRow(10, 1_000_000, 1024, 1, 1)]
    public void ViewsAreNeverMoreThanFitIntoMemory(int images, int classes, int width, int count, int views)
    {
        (int[] chosen, int each) = CompiledText.ViewsFor(images, classes, width);
        Assert.AreEqual(views, each);
        Assert.HasCount(count, chosen);
        Assert.AreEqual(0, chosen[0]);
        Assert.HasCount(count, chosen.Distinct());
        // Of all of them, not only of the first, which may be of one class.
        Assert.IsInRange(images - ((images + count - 1) / count), images - 1, chosen[^1]);
    }

    private static void AssertNumbers(OnnxExportOptions options)
    {
        using var run = new OnnxRun(Calibration.Export(Trained.Loreal, options));
        foreach (float[] row in run.Run(ExportedScoreTests.Pictures(8, Trained.Loreal.Resolution)).Scores)
        {
            Assert.AreEqual(1, row.Sum(), 1e-5);
        }
    }

    private static byte[] Flat(Rgb24 color, int side) =>
        [.. Enumerable.Range(0, side * side).SelectMany(_ => new[] { color.R, color.G, color.B })];

    private static bool Finite(TensorProto tensor)
    {
        foreach (float value in MemoryMarshal.Cast<byte, float>(tensor.RawData.Span))
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
