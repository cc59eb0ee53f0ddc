using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

/// <summary>The GPU computes what the CPU computes.</summary>
[TestClass]
[TestCategory("Cuda")]
public sealed class CudaTests
{
    private const float Tolerance = 1e-4f;

    // A few of bfloat16's roundings, each up to 2^-8 of a number.
    private const float ReducedTolerance = 0.02f;

    // Convolutions in TF32, libtorch's default on newer GPUs, keep three digits only.
    private bool _reducedPrecision;

    [TestInitialize]
    public void NeedCuda()
    {
        if (!cuda.is_available())
        {
            Assert.Inconclusive("There is no GPU here, or this libtorch is without CUDA.");
        }

        _reducedPrecision = backends.cudnn.allow_tf32;
        backends.cudnn.allow_tf32 = false;
    }

    [TestCleanup]
    public void RestorePrecision()
    {
        if (cuda.is_available())
        {
            backends.cudnn.allow_tf32 = _reducedPrecision;
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void TrainingGivesTheCpusScores(bool attributes)
    {
        (float[] expected, List<double> expectedLosses) = Fit(attributes, CPU);
        (float[] actual, List<double> losses) = Fit(attributes, CUDA);
        Near(expected, actual);
        Assert.HasCount(expectedLosses.Count, losses);
        for (int i = 0; i < losses.Count; i++)
        {
            Assert.AreEqual(expectedLosses[i], losses[i], Tolerance);
        }
    }

    [TestMethod]
    public void AModelMovesBetweenTheDevicesByItsFiles()
    {
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options());
        Dictionary<string, byte[]> files = TrainingRun.Save(model);
        using var moved = LorealModel.Load(model.Backbone, CUDA, name => new MemoryStream(files[name]));
        Near(TrainingRun.Score(model), TrainingRun.Score(moved));
        CollectionAssert.AreEqual(files[LorealModel.TensorFile], TrainingRun.Save(moved)[LorealModel.TensorFile]);

        using LorealModel others = model.WithClasses(["moon", "small cross"]);
        using LorealModel movedOthers = moved.WithClasses(["moon", "small cross"]);
        Near(TrainingRun.Score(others), TrainingRun.Score(movedOthers));
    }

    [TestMethod]
    public void ThePipelineTrainsAndScores()
    {
        // In memory: a machine with a GPU may have no image codecs. More than are scored together.
        var random = new Random(6);
        List<DrawnPicture> pictures = [.. Enumerable.Range(0, 70).Select(i => new DrawnPicture(i % TrainingRun.Names.Length, random))];
        List<float[]> expected = Scores("cpu");
        List<float[]> actual = Scores("cuda:0");
        Assert.HasCount(pictures.Count, actual);
        for (int i = 0; i < expected.Count; i++)
        {
            Near(expected[i], actual[i]);
        }

        List<float[]> Scores(string device)
        {
            var ml = new MLContext(1);
            IDataView rows = ml.Data.LoadFromEnumerable(pictures);
            IDataView data = ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
            LorealTrainer.Options options = Trained.Options();
            options.Device = device;
            using LorealTransformer model = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
            List<float[]> scores = Rows.Scores(model.Transform(data));
            using PredictionEngine<DrawnPicture, PhotoScores> engine = ml.Model.CreatePredictionEngine<DrawnPicture, PhotoScores>(
                model, new PredictionEngineOptions { OwnsTransformer = false });
            for (int i = 0; i < pictures.Count; i += 9)
            {
                Near(scores[i], engine.Predict(pictures[i]).Score);
            }

            return scores;
        }
    }

    [TestMethod]
    [DataRow(ComputePrecision.BFloat16)]
    [DataRow(ComputePrecision.Half)]
    public void AReducedPrecisionGivesNearlyTheSameScores(ComputePrecision precision)
    {
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options());
        Dictionary<string, byte[]> files = TrainingRun.Save(model);
        using var moved = LorealModel.Load(model.Backbone, CUDA, name => new MemoryStream(files[name]));
        using LorealModel reduced = moved.WithPrecision(precision);
        float[] expected = TrainingRun.Score(moved);
        float[] actual = TrainingRun.Score(reduced);
        Near(expected, actual, ReducedTolerance);
        CollectionAssert.AreNotEqual(expected, actual);
    }

    [TestMethod]
    public void ItTrainsInAReducedPrecision()
    {
        (float[] expected, List<double> expectedLosses) = Fit(attributes: true, CUDA);
        (float[] actual, List<double> losses) = Fit(attributes: true, CUDA, ComputePrecision.BFloat16);
        // Rounded in training and again in scoring.
        Near(expected, actual, 2 * ReducedTolerance);
        Assert.AreEqual(expectedLosses[^1], losses[^1], ReducedTolerance * expectedLosses[^1]);
    }

    [TestMethod]
    public void AutoKnowsTheGpusGeneration()
    {
        int? capability = CudaDriver.ComputeCapability(0);
        Assert.IsNotNull(capability);
        ComputePrecision expected = capability >= 8 ? ComputePrecision.BFloat16 : ComputePrecision.Single;
        // As wide as the smallest published CLIP: the default backbone's towers are too narrow to gain on any device.
        ClipConfig wide = ClipBackbone.Default.Config with { VisionWidth = 768, TextWidth = 512 };
        Assert.AreEqual(expected, AutoPrecision.Resolve(ComputePrecision.Auto, wide, CUDA, _ => { }));
    }

    [TestMethod]
    public void TensorsAndModulesMoveThereAndBack()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor values = RandomTensors.Normal(new Random(1), 1, CPU, 7, 5); // [7, 5]
        Tensor there = values.to(CUDA);
        Assert.AreEqual(DeviceType.CUDA, there.device_type);
        Assert.IsTrue(there.cpu().allclose(values, 0, 0));

        Linear layer = nn.Linear(5, 3);
        Tensor expected = layer.forward(values); // [7, 3]
        layer.to(CUDA);
        Assert.IsTrue(layer.parameters().All(parameter => parameter.device_type == DeviceType.CUDA));
        Tensor actual = layer.forward(there); // [7, 3]
        Assert.AreEqual(DeviceType.CUDA, actual.device_type);
        Assert.IsTrue(actual.cpu().allclose(expected, 1e-5, 1e-6));
        layer.to(CPU);
        Assert.IsTrue(layer.forward(values).allclose(expected, 0, 0));
    }

    [TestMethod]
    public void OneSeedGivesOneSequence()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        Tensor first = randn(100, device: CUDA); // [100]
        Tensor next = randn(100, device: CUDA);  // [100]
        manual_seed(5);
        Assert.IsTrue(randn(100, device: CUDA).allclose(first, 0, 0));
        Assert.IsFalse(next.allclose(first, 0, 0));
    }

    [TestMethod]
    public void NumbersThatAreSentArriveWhateverBecomesOfTheirMemory()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor busy = randn(2048, 2048, device: CUDA);
        (List<Tensor> numbers, List<Tensor> indices) = (new List<Tensor>(), new List<Tensor>());
        for (int i = 0; i < 50; i++)
        {
            using Tensor memory = DeviceTransfer.Memory(CUDA, 1000);
            Assert.IsTrue(memory.is_pinned());
            busy = busy.matmul(busy).tanh(); // what is sent has to wait for its turn
            MemoryMarshal.Cast<byte, float>(memory.bytes).Fill(i);
            numbers.Add(DeviceTransfer.Send(memory, CUDA));
            indices.Add(DeviceTransfer.Send([i, -i], CUDA));
        }

        for (int i = 0; i < numbers.Count; i++)
        {
            Assert.IsTrue(numbers[i].eq(i).all().item<bool>(), $"the numbers sent as number {i}");
            CollectionAssert.AreEqual(new long[] { i, -i }, indices[i].cpu().data<long>().ToArray());
        }
    }

    [TestMethod]
    public void TheSumsOfAnEpochAreThoseOfDoublesBitForBit() => RunningSumsTests.AssertSums(CUDA);

    [TestMethod]
    public void AnEpochThatDivergesNamesItsStep()
    {
        LorealTrainer.Options options = TrainingRun.Options();
        options.DistillationStage = new TrainingStageOptions { Epochs = 5, BatchSize = 8, LearningRate = 1e30, WarmupEpochs = 1 };
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
            () => TrainingRun.Fit(options, device: CUDA));
        StringAssert.Contains(error.Message, "The loss became NaN in stage 3, epoch 2 of 5, step 2", StringComparison.Ordinal);
    }

    [TestMethod]
    public void ViewsInAFileGiveTheScoresOfViewsInMemory()
    {
        (float[] expected, _) = Fit(attributes: true, CUDA);
        (float[] actual, _) = Fit(attributes: true, CUDA, cacheMegabytes: 0);
        Near(expected, actual);
    }

    // Plain gradient descent: Adam's first steps are the gradient's sign, which rounding decides where it is next to zero.
    private static (float[] Scores, List<double> Losses) Fit(
        bool attributes, Device device, ComputePrecision precision = ComputePrecision.Single, int? cacheMegabytes = null)
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes);
        options.Precision = precision;
        options.BaseStage = Descent(0.02);
        options.DistillationStage = Descent(0.01);
        options.FeatureCacheMegabytes = cacheMegabytes ?? options.FeatureCacheMegabytes;
        var losses = new List<double>();
        using LorealModel model = TrainingRun.Fit(options, device: device, onEpoch: metrics => losses.Add(metrics.Loss));
        return (TrainingRun.Score(model), losses);
    }

    private static TrainingStageOptions Descent(double rate)
    {
        TrainingStageOptions stage = TrainingRun.Stage(6, rate);
        stage.Optimizer = PromptOptimizer.Sgd;
        return stage;
    }

    private static void Near(float[] expected, float[] actual, float tolerance = Tolerance)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance);
        }
    }

    private sealed class DrawnPicture
    {
        private const int Side = 40;

        public DrawnPicture()
        {
        }

        public DrawnPicture(int label, Random random)
        {
            byte[] pixels = new byte[4 * Side * Side];
            random.NextBytes(pixels);
            for (int i = 0; i < pixels.Length; i += 4)
            {
                (pixels[i + (label % 3)], pixels[i + 3]) = (i / 4 / (label + 1) % 2 == 0 ? (byte)250 : (byte)10, byte.MaxValue);
            }

            Label = TrainingRun.Names[label];
            Image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, pixels);
        }

        public string Label { get; set; } = "";

        [Transforms.Image.ImageType(Side, Side)]
        public MLImage? Image { get; set; }
    }
}
