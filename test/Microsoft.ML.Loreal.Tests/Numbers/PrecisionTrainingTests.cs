using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Samples;
using Microsoft.ML.Loreal.Tests.PromptKD;
using Microsoft.ML.Loreal.Tests.Training;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Numbers;

/// <summary>Training, saving and scoring in a reduced precision.</summary>
[TestClass]
public sealed class PrecisionTrainingTests
{
    // Most differences between probabilities of the small models here: a few of bfloat16's roundings, each up to 2^-8 of a number.
    private const float Tolerance = 0.02f;

    [TestMethod]
    public void TrainingOnTheWorldGetsAsFar()
    {
        const int Classes = 8;
        const int TestImages = 64;
        (List<double> losses, int right) = Train(ComputePrecision.Single);
        (List<double> reducedLosses, int reducedRight) = Train(ComputePrecision.BFloat16);
        Assert.IsGreaterThan(TestImages / 2, right);
        Assert.IsLessThanOrEqualTo(TestImages / 20, Math.Abs(right - reducedRight), "pictures recognized");
        CollectionAssert.AreNotEqual(losses, reducedLosses);
        foreach ((double expected, double actual) in losses.Zip(reducedLosses))
        {
            Assert.AreEqual(expected, actual, 0.05 * expected);
        }

        (List<double> Losses, int Right) Train(ComputePrecision precision)
        {
            var options = new LorealTrainer.Options
            {
                Method = PromptMethod.CoOp(4),
                BaseStage = Stage(),
                DistillationStage = Stage(),
                ViewsPerImage = 2,
                MinimumCropArea = 0.5f,
                Precision = precision,
            };
            var losses = new List<double>();
            using LorealModel model = LorealTraining.Fit(
                options.ToPlan(),
                new TrainingContext(3, CPU, metrics => losses.Add(metrics.Loss)),
                [.. World.Classes.Take(Classes)],
                Pictures(4, seed: 7));
            Assert.AreEqual(precision, model.Precision);
            WorldPictures test = Pictures(TestImages / Classes, seed: 8);
            using Tensor pixels = test.Pixels(model.Backbone.ImageProcessor, model.Resolution);
            float[] probabilities = new float[TestImages * Classes];
            model.Score(pixels, probabilities);
            return (
                losses,
                probabilities.Chunk(Classes).Zip(test.Labels).Count(row => Array.IndexOf(row.First, row.First.Max()) == row.Second));
        }

        static WorldPictures Pictures(int perClass, int seed) =>
            new(Enumerable.Range(0, Classes * perClass).Select(i => i % Classes), seed);

        static TrainingStageOptions Stage() => new() { Epochs = 3, BatchSize = 8, LearningRate = 0.002, WarmupEpochs = 0 };
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void OneSeedGivesOneModelAndItsFilesGiveItBack(bool attributes)
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes);
        options.Precision = ComputePrecision.BFloat16;
        using LorealModel model = TrainingRun.Fit(options);
        Dictionary<string, byte[]> files = TrainingRun.Save(model);
        using (LorealModel again = TrainingRun.Fit(options))
        {
            CollectionAssert.AreEqual(files[LorealModel.TensorFile], TrainingRun.Save(again)[LorealModel.TensorFile]);
        }

        Assert.AreEqual("BFloat16", (string?)JsonNode.Parse(files[LorealModel.DescriptionFile])!["precision"]);
        using var tensors = SafetensorsFile.Read(new MemoryStream(files[LorealModel.TensorFile]), "the model");
        Assert.IsTrue(tensors.Tensors.Values.All(tensor => tensor.Type == SafetensorsType.F32));
        using LorealModel loaded = TrainingRun.Load(files);
        Assert.AreEqual(ComputePrecision.BFloat16, loaded.Precision);
        CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(loaded));
    }

    [TestMethod]
    public void ATrainedModelChangesItsPrecisionAndBack()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(data));
        using LorealTransformer reduced = Trained.Loreal.WithPrecision(ComputePrecision.BFloat16);
        Assert.AreEqual(ComputePrecision.Single, Trained.Loreal.Precision);
        Assert.AreEqual(ComputePrecision.BFloat16, reduced.Precision);
        List<float[]> scores = Rows.Scores(reduced.Transform(data));
        AssertNear(expected, scores);

        ml.Model.Save(reduced, data.Schema, folder["model.zip"]);
        using var loaded = (LorealTransformer)ml.Model.Load(folder["model.zip"], out _);
        Assert.AreEqual(ComputePrecision.BFloat16, loaded.Precision);
        Assert.AreEqual(Trained.Backbone.Sha256, loaded.Backbone.Sha256);
        Rows.AssertIdentical(scores, Rows.Scores(loaded.Transform(data)));

        using LorealTransformer others = loaded.WithClasses(["cat", "dog"]);
        Assert.AreEqual(ComputePrecision.BFloat16, others.Precision);
        LorealTransformer back = reduced.WithPrecision(ComputePrecision.Single);
        reduced.Dispose();
        Rows.AssertIdentical(expected, Rows.Scores(back.Transform(data)));
        back.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => back.WithPrecision(ComputePrecision.BFloat16));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => loaded.WithPrecision((ComputePrecision)7));
    }

    /// <summary>The way that docs/performance.md shows.</summary>
    [TestMethod]
    public void TwoEvaluationsTellWhatItChanges()
    {
        var ml = new MLContext(1);
        var steps = (IEnumerable<ITransformer>)Trained.Model;
        LorealTransformer single = steps.OfType<LorealTransformer>().Single();
        IDataView prepared = steps.TakeWhile(step => step != single).Aggregate(Trained.Data(ml), (data, step) => step.Transform(data));
        using LorealTransformer reduced = single.WithPrecision(ComputePrecision.BFloat16);
        MulticlassClassificationMetrics[] metrics =
            [.. new[] { single, reduced }.Select(one => ml.MulticlassClassification.Evaluate(one.Transform(prepared)))];
        Assert.AreEqual(metrics[0].LogLoss, metrics[1].LogLoss, 2 * Tolerance);
        Assert.AreNotEqual(metrics[0].LogLoss, metrics[1].LogLoss);
    }

    [TestMethod]
    public void AStudentOfPromptKDDoesToo()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Taught.Unlabeled(ml);
        List<float[]> expected = Rows.Scores(Taught.Student.Transform(data));
        using PromptKDTransformer reduced = Taught.Student.WithPrecision(ComputePrecision.BFloat16);
        List<float[]> scores = Rows.Scores(reduced.Transform(data));
        AssertNear(expected, scores);
        using PromptKDTransformer back = reduced.WithPrecision(ComputePrecision.Single);
        Rows.AssertIdentical(expected, Rows.Scores(back.Transform(data)));

        PromptKDTrainer.Options options = Taught.Options();
        options.Precision = ComputePrecision.BFloat16;
        using LorealTransformer teacher = Taught.Teacher.WithPrecision(ComputePrecision.BFloat16);
        options.Teacher = teacher;
        using PromptKDTransformer trained = Taught.Fit(options);
        ml.Model.Save(trained, data.Schema, folder["model.zip"]);
        using var loaded = (PromptKDTransformer)ml.Model.Load(folder["model.zip"], out _);
        Assert.AreEqual(ComputePrecision.BFloat16, loaded.Precision);
        Rows.AssertIdentical(Rows.Scores(trained.Transform(data)), Rows.Scores(loaded.Transform(data)));
    }

    [TestMethod]
    public void HalfIsComputedWhereTheProcessorMultipliesIt()
    {
        using var processor = new AnotherProcessor(bfloat16: false, half: true);
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options(attributes: false));
        using LorealModel half = model.WithPrecision(ComputePrecision.Half);
        Assert.AreEqual(ComputePrecision.Half, half.Precision);
        AssertNear([TrainingRun.Score(model)], [TrainingRun.Score(half)]);
        using LorealModel loaded = Load(model, "Half", out List<string> warnings);
        Assert.AreEqual(ComputePrecision.Half, loaded.Precision);
        Assert.IsEmpty(warnings);
        CollectionAssert.AreEqual(TrainingRun.Score(half), TrainingRun.Score(loaded));
    }

    [TestMethod]
    public void HalfIsRefusedOrLoadedInSinglePrecisionElsewhere()
    {
        using var processor = new AnotherProcessor(bfloat16: true, half: false);
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options(attributes: false));
        Assert.IsNull(JsonNode.Parse(TrainingRun.Save(model)[LorealModel.DescriptionFile])!["precision"]);
        using LorealModel loaded = Load(model, "Half", out List<string> warnings);
        Assert.AreEqual(ComputePrecision.Single, loaded.Precision);
        CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(loaded));
        StringAssert.Contains(warnings.Single(), "precision Half");
        StringAssert.Contains(warnings.Single(), "single precision");
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => model.WithPrecision(ComputePrecision.Half)).Message;
        foreach (string part in new[] { "Half", "cpu", "AVX512-FP16", "Single", "BFloat16", "Auto" })
        {
            StringAssert.Contains(message, part);
        }
    }

    [TestMethod]
    public void ATransformerSavedInHalfOpensOnEveryProcessor()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1) { FallbackToCpu = true };
        var warnings = new List<string>();
        ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(message.RawMessage);
            }
        };
        IDataView data = Trained.Prepared(ml);
        LorealTrainer.Options options = Trained.Options();
        options.Device = "cpu";
        using LorealTransformer single = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        using (new AnotherProcessor(bfloat16: false, half: true))
        {
            using LorealTransformer half = single.WithPrecision(ComputePrecision.Half);
            ml.Model.Save(half, data.Schema, folder["model.zip"]);
        }

        if (cuda.is_available())
        {
            Assert.Inconclusive("A model is opened on the GPU here, whatever the processor multiplies.");
        }

        using (new AnotherProcessor(bfloat16: false, half: false))
        {
            Assert.IsEmpty(warnings);
            using var loaded = (LorealTransformer)ml.Model.Load(folder["model.zip"], out _);
            StringAssert.Contains(warnings.Single(), "saved with the precision Half");
            Assert.AreEqual(ComputePrecision.Single, loaded.Precision);
            Rows.AssertIdentical(Rows.Scores(single.Transform(data)), Rows.Scores(loaded.Transform(data)));
        }
    }

    [TestMethod]
    [DataRow("Quarter")]
    [DataRow("1")]
    [DataRow("Auto")]
    public void AModelOfNoConcretePrecisionIsRefused(string precision)
    {
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options(attributes: false));
        string message = Assert.ThrowsExactly<FormatException>(() => Load(model, precision, out _)).Message;
        StringAssert.Contains(message, $"\"{precision}\"");
        StringAssert.EndsWith(message, "Single, BFloat16, Half.");
    }

    [TestMethod]
    public void ACheckpointOfAnotherPrecisionIsRefused()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        LorealTrainer.Options options = Trained.Options();
        options.WorkspacePath = folder.Path;
        ml.MulticlassClassification.Trainers.Loreal(options).Fit(data).Dispose();
        options.Precision = ComputePrecision.BFloat16;
        string message = Assert.ThrowsExactly<InvalidOperationException>(
            () => ml.MulticlassClassification.Trainers.Loreal(options).Fit(data)).Message;
        StringAssert.Contains(message, "Precision is nothing in the checkpoint and \"BFloat16\" now");
    }

    /// <summary>Files of encoded views from before there was a choice stay those of single precision.</summary>
    [TestMethod]
    public void SinglePrecisionIsNotTold() => CollectionAssert.AreEqual(
        new[] { "Package", "Torch", "Device", "Backbone", "Method" },
        JsonNode.Parse(TrainingRun.Options().ToPlan().DescribeEncoding(CPU))!.AsObject().Select(property => property.Key).ToArray());

    /// <summary>Saves the model, claims a precision in its description, and loads it.</summary>
    private static LorealModel Load(LorealModel model, string precision, out List<string> warnings)
    {
        Dictionary<string, byte[]> files = TrainingRun.Save(model);
        JsonNode description = JsonNode.Parse(files[LorealModel.DescriptionFile])!;
        description["precision"] = precision;
        files[LorealModel.DescriptionFile] = Encoding.UTF8.GetBytes(description.ToJsonString());
        warnings = [];
        return LorealModel.Load(model.Backbone, CPU, name => new MemoryStream(files[name]), warnings.Add);
    }

    private static void AssertNear(List<float[]> expected, List<float[]> actual)
    {
        Assert.HasCount(expected.Count, actual);
        foreach ((float[] a, float[] b) in expected.Zip(actual))
        {
            Assert.IsLessThanOrEqualTo(Tolerance, a.Zip(b).Max(pair => Math.Abs(pair.First - pair.Second)));
        }

        Assert.IsTrue(
            expected.Zip(actual).Any(rows => !rows.First.SequenceEqual(rows.Second)), "nothing was computed in another precision");
    }
}
