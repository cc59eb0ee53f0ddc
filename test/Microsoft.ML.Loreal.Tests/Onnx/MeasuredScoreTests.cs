using global::Onnx;
using Google.Protobuf;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>Exports in whole numbers and with a compiled text side, of every method: what else is in a batch changes nothing.</summary>
[TestClass]
public sealed class MeasuredScoreTests
{
    // As of exports in single precision: the scores are those of the rounded weights and inputs, computed otherwise.
    private const float Tolerance = 1e-4f;

    // Of a picture with a number so near the middle between two levels that it falls to the other side, and others after it do.
    private const float LargestFlip = 0.02f;

    // From the transformer: these random towers are so narrow, 32 and 16 numbers, that little of the rounding averages out, and their
    // scores, of cosines times 20, are far from training's. Found were at most 0.11.
    private const float LargestRounding = 0.2f;

    [TestMethod]
    [DataRow("CoOp", false, 2)]
    [DataRow("CoOp", true, 2)]
    [DataRow("class-specific", false, 3)]
    [DataRow("class-specific", true, 3)]
    [DataRow("CoOp in front", true, 3)]
    [DataRow("Template", false, 4)]
    [DataRow("MaPLe", false, 2)]
    [DataRow("MaPLe", true, 4)]
    [DataRow("MMA", false, 2)]
    [DataRow("MMA", true, 3)]
    [DataRow("MMA at the entry", true, 3)]
    [DataRow("MMRL", false, 2)]
    [DataRow("MMRL", true, 2)]
    [DataRow("MMRL from the last layer", true, 4)]
    [DataRow("IndependentPrompts", false, 2)]
    [DataRow("IndependentPrompts", true, 4)]
    public void EveryMethod(string method, bool attributes, int grid)
    {
        using LorealTransformer transformer = ExportedScoreTests.Fit(Trained.Backbone, method, attributes, grid);
        AssertAll(transformer, attributes);
    }

    [TestMethod]
    [DataRow(ClipActivation.QuickGelu, ClipActivation.Gelu)]
    [DataRow(ClipActivation.Gelu, ClipActivation.QuickGelu)]
    public void TheTowersOwnActivation(ClipActivation vision, ClipActivation text)
    {
        using var folder = new TemporaryFolder();
        ClipBackbone backbone = TinyClip.Write(
            folder["clip"], config: TinyClip.Config with { VisionActivation = vision, TextActivation = text, VisionLayers = 3 });
        using LorealTransformer transformer = ExportedScoreTests.Fit(backbone, "MaPLe", attributes: true, grid: 2);
        AssertAll(transformer, attributes: true);
    }

    [TestMethod]
    public void AStudentOfPromptKD() => AssertAll(PromptKD.Taught.Student, attributes: false);

    [TestMethod]
    public void OtherClassesThanThoseOfTheTraining()
    {
        using LorealTransformer many = Trained.Loreal.WithClasses([.. Enumerable.Range(0, 40).Select(i => $"class {i * i * i}")]);
        AssertAll(many, attributes: true);
    }

    private static void AssertAll(ClipClassifierTransformer transformer, bool attributes)
    {
        AssertAlike(transformer, OnnxQuantization.Int8, OnnxTextSide.Exact);
        if (attributes)
        {
            AssertAlike(transformer, OnnxQuantization.None, OnnxTextSide.Compiled);
            AssertAlike(transformer, OnnxQuantization.Int8, OnnxTextSide.Compiled);
        }
    }

    private static void AssertAlike(ClipClassifierTransformer transformer, OnnxQuantization quantization, OnnxTextSide textSide)
    {
        byte[] file = Calibration.Export(transformer, Calibration.Options(quantization, textSide));
        ModelProto model = ModelProto.Parser.ParseFrom(file);
        Assert.AreEqual(8, model.IrVersion);
        Assert.AreEqual(17, model.OpsetImport.Single().Version);
        Assert.IsTrue(model.Graph.Node.All(node => node.Domain.Length == 0), "all operators are ONNX's own");

        byte[][] pictures = Extremes(transformer.Resolution);
        using var run = new OnnxRun(file);
        (float[][] Scores, float[][] Features)[] alone = [.. pictures.Select(picture => run.Run(picture))];
        foreach (int threads in new[] { 1, 2 })
        {
            using var other = new OnnxRun(file, threads);
            for (int i = 0; i < pictures.Length; i++)
            {
                AssertSame(alone[i], other.Run(pictures[i]), 0, $"picture {i} alone, {threads} threads");
            }

            foreach (int size in new[] { 8, 33 })
            {
                for (int first = 0; first < pictures.Length; first += size)
                {
                    byte[][] batch = pictures[first..Math.Min(first + size, pictures.Length)];
                    (float[][] Scores, float[][] Features) found = other.Run(batch);
                    for (int i = 0; i < batch.Length; i++)
                    {
                        AssertSame(alone[first + i], found, i, $"picture {first + i} among {size}, {threads} threads");
                    }
                }
            }
        }

        float[][] actual = [.. alone.Select(one => one.Scores[0])];
        if (quantization == OnnxQuantization.Int8)
        {
            ModelProto reference = Calibration.Model(
                transformer,
                textSide == OnnxTextSide.Exact ? new OnnxExportOptions() : Calibration.Options(OnnxQuantization.None, textSide));
            RoundedGraph.Round(reference);
            using var rounded = new OnnxRun(reference.ToByteArray());
            float[] apart = [.. rounded.Run(pictures).Scores.Zip(actual, (a, b) => ExportedScoreTests.Largest([a], [b]))];
            Assert.IsGreaterThanOrEqualTo(pictures.Length - 3, apart.Count(one => one <= Tolerance));
            Assert.IsLessThan(LargestFlip, apart.Max());
        }

        float distance = ExportedScoreTests.Largest(ExportedScoreTests.Scores(transformer, pictures), actual);
        Assert.IsLessThan(LargestRounding, distance);
    }

    private static void AssertSame(
        (float[][] Scores, float[][] Features) alone, (float[][] Scores, float[][] Features) found, int row, string where)
    {
        Assert.IsTrue(alone.Scores[0].AsSpan().SequenceEqual(found.Scores[row]), $"scores of {where}");
        Assert.IsTrue(alone.Features[0].AsSpan().SequenceEqual(found.Features[row]), $"features of {where}");
    }

    /// <summary>33 pictures that could not differ more: flat ones in between noise, edges and single points.</summary>
    private static byte[][] Extremes(int side)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, 33).Select(i =>
        {
            byte[] picture = new byte[3 * side * side];
            switch (i % 6)
            {
                case 1:
                    Array.Fill(picture, byte.MaxValue);
                    break;
                case 2:
                    random.NextBytes(picture);
                    break;
                case 3:
                    picture[random.Next(picture.Length)] = byte.MaxValue;
                    break;
                case 4:
                    Array.Fill(picture, (byte)random.Next(256), 0, picture.Length / 2);
                    break;
                case 5:
                    random.NextBytes(picture);
                    picture = Array.ConvertAll(picture, level => (byte)(100 + (level / 32)));
                    break;
            }

            return picture;
        })];
    }
}
