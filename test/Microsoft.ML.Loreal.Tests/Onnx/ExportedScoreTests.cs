namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>An exported file gives the scores of the transformer that it was exported from.</summary>
[TestClass]
public sealed class ExportedScoreTests
{
    private const float Tolerance = 1e-4f;

    private static readonly string[] _others = ["yellow heart", "moon", "small_cross", "a very long name of a class"];

    [TestMethod]
    [DataRow("CoOp", false, 2)]
    [DataRow("CoOp", true, 2)]
    [DataRow("CoOp", true, 4)]
    [DataRow("class-specific", false, 3)]
    [DataRow("class-specific", true, 3)]
    [DataRow("CoOp in front", true, 3)]
    [DataRow("Template", false, 2)]
    [DataRow("Template", false, 4)]
    [DataRow("MaPLe", false, 2)]
    [DataRow("MaPLe", true, 2)]
    [DataRow("MaPLe", true, 4)]
    [DataRow("MMA", false, 2)]
    [DataRow("MMA", true, 3)]
    [DataRow("MMA at the entry", false, 2)]
    [DataRow("MMA at the entry", true, 3)]
    [DataRow("MMRL", false, 2)]
    [DataRow("MMRL", true, 2)]
    [DataRow("MMRL from the last layer", true, 4)]
    [DataRow("IndependentPrompts", false, 2)]
    [DataRow("IndependentPrompts", true, 4)]
    public void EveryMethod(string method, bool attributes, int grid)
    {
        using LorealTransformer transformer = Fit(Trained.Backbone, method, attributes, grid);
        AssertSame(transformer);
        if (method != "class-specific")
        {
            using LorealTransformer others = transformer.WithClasses(_others);
            AssertSame(others);
        }
    }

    [TestMethod]
    [DataRow(ClipActivation.QuickGelu, ClipActivation.Gelu, 1e-6, 0.05)]
    [DataRow(ClipActivation.Gelu, ClipActivation.QuickGelu, 0.05, 1e-6)]
    public void TheTowersOwnActivationAndEpsilon(
        ClipActivation vision, ClipActivation text, double visionEpsilon, double textEpsilon)
    {
        using var folder = new TemporaryFolder();
        ClipBackbone backbone = TinyClip.Write(folder["clip"], config: TinyClip.Config with
        {
            VisionActivation = vision,
            TextActivation = text,
            VisionLayerNormEpsilon = visionEpsilon,
            TextLayerNormEpsilon = textEpsilon,
            VisionLayers = 3,
            TextLayers = 3,
        });
        using LorealTransformer transformer = Fit(backbone, "MaPLe", attributes: true, grid: 2);
        AssertSame(transformer);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void TowersOfOneBlockAndOfThree(int layers)
    {
        using var folder = new TemporaryFolder();
        ClipBackbone backbone = TinyClip.Write(
            folder["clip"], config: TinyClip.Config with { VisionLayers = layers, TextLayers = layers });
        using LorealTransformer transformer = Fit(backbone, "CoOp", attributes: true, grid: 2);
        AssertSame(transformer);
    }

    [TestMethod]
    public void AStudentOfPromptKD()
    {
        AssertSame(PromptKD.Taught.Student);
        using PromptKDTransformer some = PromptKD.Taught.Student.WithClasses(
            [.. PromptKD.Taught.Student.TeacherClassNames.Reverse().Take(2)]);
        AssertSame(some);
    }

    [TestMethod]
    public void AModelInBFloat16IsExportedInSinglePrecision()
    {
        using LorealTransformer reduced = Trained.Loreal.WithPrecision(ComputePrecision.BFloat16);
        byte[][] pictures = Pictures(3, reduced.Resolution);
        using var single = new OnnxRun(Trained.Loreal);
        using var run = new OnnxRun(reduced);
        Assert.IsTrue(single.Run(pictures).Scores.SelectMany(row => row).SequenceEqual(run.Run(pictures).Scores.SelectMany(row => row)));
    }

    [TestMethod]
    public void HundredClassesTakeSeveralTiles()
    {
        using LorealTransformer many = Trained.Loreal.WithClasses([.. Enumerable.Range(0, 100).Select(i => $"class {i * i * i}")]);
        AssertSame(many);
    }

    [TestMethod]
    public void WeightsIn16BitsMoveTheScoresByTheirRounding()
    {
        byte[][] pictures = Pictures(8, Trained.Loreal.Resolution);
        float[][] expected = Scores(Trained.Loreal, pictures);
        using var run = new OnnxRun(Trained.Loreal, new OnnxExportOptions { Float16Weights = true });
        float[][] actual = run.Run(pictures).Scores;

        Assert.AreEqual("float16", run.Metadata.CustomMetadataMap["loreal.weights"]);
        float largest = Largest(expected, actual);
        Assert.IsGreaterThan(0, largest);
        Assert.IsLessThan(0.01f, largest);
    }

    internal static LorealTransformer Fit(ClipBackbone backbone, string method, bool attributes, int grid)
    {
        LorealTrainer.Options options = Trained.Options();
        options.Backbone = backbone;
        options.LowResolution = grid * TinyClip.Patch;
        options.Method = method switch
        {
            "CoOp" => PromptMethod.CoOp(4),
            "class-specific" => PromptMethod.CoOp(3, classSpecific: true),
            "CoOp in front" => PromptMethod.CoOp(3, ClassNamePosition.Front),
            "Template" => PromptMethod.Template(),
            "MaPLe" => PromptMethod.MaPLe(2, 2),
            "MMA" => PromptMethod.Mma(1, 2, 4, 0.5f),
            "MMA at the entry" => PromptMethod.Mma(0, 1, 4, 0.5f),
            "MMRL" => PromptMethod.Mmrl(1, 2, 3, 8),
            "MMRL from the last layer" => PromptMethod.Mmrl(2, 2, 3, 8),
            "IndependentPrompts" => PromptMethod.IndependentPrompts(2, 3, 2, 2),
            _ => throw new ArgumentOutOfRangeException(nameof(method)),
        };
        if (!attributes)
        {
            options.Attributes = null;
        }

        // Far from where it starts, so that nothing that was learned can be left out unnoticed.
        options.BaseStage = options.DistillationStage =
            new TrainingStageOptions { Epochs = 2, BatchSize = 5, LearningRate = 0.05, WarmupEpochs = 0 };
        var ml = new MLContext(1);
        return ml.MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(ml));
    }

    internal static byte[][] Pictures(int count, int resolution)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            // From dark and flat to bright and rough.
            byte[] picture = new byte[3 * resolution * resolution];
            random.NextBytes(picture);
            return Array.ConvertAll(picture, level => (byte)((level * (i + 1) / count) + (i * 3)));
        })];
    }

    /// <summary>What the transformer's model gives.</summary>
    internal static float[][] Scores(ClipClassifierTransformer transformer, byte[][] pictures)
    {
        int resolution = transformer.Resolution;
        using IScorerInput input = transformer.Scorer.CreateInput(pictures.Length);
        for (int i = 0; i < pictures.Length; i++)
        {
            using var image = new RgbImage(resolution, resolution, pictures[i]);
            input.Fill(i, image);
        }

        float[] scores = new float[pictures.Length * transformer.ClassNames.Count];
        input.Score(pictures.Length, scores);
        return [.. scores.Chunk(transformer.ClassNames.Count)];
    }

    internal static float Largest(float[][] expected, float[][] actual) =>
        expected.Zip(actual, (first, second) => first.Zip(second, (a, b) => Math.Abs(a - b)).Max()).Max();

    private static void AssertSame(ClipClassifierTransformer transformer)
    {
        using var run = new OnnxRun(transformer);
        byte[][] all = Pictures(8, transformer.Resolution);
        float[][] expected = Scores(transformer, all);
        (float[][] scores, float[][] features) = run.Run(all);
        foreach (int count in new[] { 1, 3 })
        {
            // Alone and among fewer, a picture has the scores that it has among all.
            (float[][] some, float[][] someFeatures) = run.Run(all[..count]);
            Assert.IsTrue(some.SelectMany(row => row).SequenceEqual(scores[..count].SelectMany(row => row)), $"{count} pictures");
            Assert.IsTrue(someFeatures.SelectMany(row => row).SequenceEqual(features[..count].SelectMany(row => row)));
        }

        float largest = Largest(expected, scores);
        Assert.IsLessThanOrEqualTo(Tolerance, largest);
        Assert.IsGreaterThan(100 * largest, Largest([expected[0]], [expected[^1]]), "the pictures all look the same");
        foreach (float[] row in features)
        {
            Assert.AreEqual(1, Math.Sqrt(row.Sum(value => (double)value * value)), 1e-5);
        }
    }
}
