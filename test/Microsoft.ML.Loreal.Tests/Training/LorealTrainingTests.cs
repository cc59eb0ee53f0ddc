using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

[TestClass]
public sealed class LorealTrainingTests
{
    [TestMethod]
    [DataRow(ContextBridge.Aligned, MetaNetInitialization.Default)]
    [DataRow(ContextBridge.Aligned, MetaNetInitialization.Zero)]
    [DataRow(ContextBridge.Crossed, MetaNetInitialization.Default)]
    public void EveryStageLowersItsLoss(ContextBridge bridge, MetaNetInitialization initialization)
    {
        LorealTrainer.Options options = TrainingRun.Options();
        options.Bridge = bridge;
        options.MetaNetInitialization = initialization;
        var metrics = new List<TrainingMetrics>();
        using LorealModel model = TrainingRun.Fit(options, onEpoch: metrics.Add);
        foreach (int stage in new[] { 1, 2, 3 })
        {
            var epochs = metrics.Where(m => m.Stage == stage).ToList();
            CollectionAssert.AreEqual(Enumerable.Range(1, 6).ToList(), epochs.Select(m => m.Epoch).ToList(), $"stage {stage}");
            Assert.IsLessThan(epochs[0].Loss, epochs[^1].Loss, $"stage {stage}");
            Assert.IsGreaterThan(epochs[^1].LearningRate, epochs[0].LearningRate, $"stage {stage}");
        }

        TrainingMetrics last = metrics[^1];
        Assert.IsGreaterThan(0, last.HighLevelDistillation);
        Assert.IsGreaterThan(0, last.LowLevelDistillation);
        Assert.AreEqual(bridge == ContextBridge.Aligned, last.BridgeDistillation > 0);
        double total = last.CrossEntropy + (options.Lambda1 * last.HighLevelDistillation) + (options.Lambda2 * last.LowLevelDistillation)
            + (options.BridgeWeight * last.BridgeDistillation);
        Assert.AreEqual(total, last.Loss, 1e-4);
    }

    [TestMethod]
    [DataRow(null, 2, DisplayName = "at phi")]
    [DataRow(32, 1, DisplayName = "at the standard resolution")]
    public void MethodAloneHasOneStage(int? trainResolution, int stage)
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes: false);
        options.TrainResolution = trainResolution;
        var metrics = new List<TrainingMetrics>();
        using LorealModel model = TrainingRun.Fit(options, onEpoch: metrics.Add);
        CollectionAssert.AreEqual(Enumerable.Repeat(stage, 6).ToList(), metrics.Select(m => m.Stage).ToList());
        Assert.AreEqual(16, model.Resolution);
    }

    [TestMethod]
    public void TemplateIsNotTrained()
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes: false);
        options.Method = PromptMethod.Template();
        var images = new GeneratedImages(4, 1) { OnLoad = _ => Assert.Fail("an image was loaded") };
        using LorealModel model = TrainingRun.Fit(options, images: images, onEpoch: _ => Assert.Fail("an epoch was trained"));
        Assert.AreEqual(4, TrainingRun.Score(model, 1).Length);
    }

    [TestMethod]
    [DataRow(2, DisplayName = "cached views")]
    [DataRow(0, DisplayName = "new views in every epoch")]
    public void OneSeedGivesOneModel(int views)
    {
        LorealTrainer.Options options = TrainingRun.Options();
        options.ViewsPerImage = views;
        options.BaseStage!.Epochs = options.DistillationStage.Epochs = 2;
        using LorealModel first = TrainingRun.Fit(options);

        // Workers that finish in another order must not change anything.
        var hurried = new Random(1);
        var images = new GeneratedImages(TrainingRun.Names.Length, 6)
        {
            OnLoad = _ =>
            {
                lock (hurried)
                {
                    Thread.Sleep(hurried.Next(3));
                }
            },
        };
        using LorealModel second = TrainingRun.Fit(options, images: images);
        using LorealModel other = TrainingRun.Fit(options, seed: 4);
        byte[] weights = TrainingRun.Save(first)[LorealModel.TensorFile];
        CollectionAssert.AreEqual(weights, TrainingRun.Save(second)[LorealModel.TensorFile]);
        CollectionAssert.AreNotEqual(weights, TrainingRun.Save(other)[LorealModel.TensorFile]);
    }

    [TestMethod]
    [DataRow(PromptOptimizer.Sgd)]
    [DataRow(PromptOptimizer.Adam)]
    [DataRow(PromptOptimizer.AdamW)]
    public void OptimizersDiffer(PromptOptimizer optimizer)
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes: false);
        options.BaseStage = new TrainingStageOptions
        {
            Epochs = 3,
            BatchSize = 8,
            Optimizer = optimizer,
            LearningRate = 0.01,
            WarmupEpochs = 1,
            WeightDecay = 0.1,
        };
        var metrics = new List<TrainingMetrics>();
        using LorealModel model = TrainingRun.Fit(options, onEpoch: metrics.Add);
        Assert.AreEqual(1e-5, metrics[0].LearningRate);
        Assert.IsLessThan(metrics[0].Loss, metrics[^1].Loss);
        var others = Enum.GetValues<PromptOptimizer>().Where(o => o != optimizer).Select(o =>
        {
            options.BaseStage.Optimizer = o;
            using LorealModel other = TrainingRun.Fit(options);
            return Convert.ToHexString(TrainingRun.Save(other)[LorealModel.TensorFile]);
        }).ToList();
        Assert.DoesNotContain(Convert.ToHexString(TrainingRun.Save(model)[LorealModel.TensorFile]), others);
    }

    [TestMethod]
    public void EarlierStandardStudentTakesThePlaceOfStageOne()
    {
        LorealTrainer.Options options = TrainingRun.Options();
        using LorealModel first = TrainingRun.Fit(options);
        options.LowResolution = 24;
        var metrics = new List<TrainingMetrics>();
        using LorealModel second = TrainingRun.Fit(options, seed: 8, onEpoch: metrics.Add, standardStudent: first);
        CollectionAssert.AreEqual(new[] { 2, 3 }, metrics.Select(m => m.Stage).Distinct().ToArray());
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        (float[] before, float[] after) = (Tensor(first, "alpha.ctx"), Tensor(second, "alpha.ctx"));
        CollectionAssert.AreEqual(before, after);
        CollectionAssert.AreNotEqual(before, Tensor(second, "beta.ctx"));

        options.Attributes = null;
        using LorealModel alone = TrainingRun.Fit(options);
        options.Attributes = ["color", "leaf shape"];
        Assert.ThrowsExactly<ArgumentException>(() => TrainingRun.Fit(options, standardStudent: alone));

        static float[] Tensor(LorealModel model, string name)
        {
            using var file = SafetensorsFile.Read(new MemoryStream(TrainingRun.Save(model)[LorealModel.TensorFile]), "the model");
            return file.ReadSingles(name);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void CancellingBetweenStepsEndsTheTraining(int stage)
    {
        using var source = new CancellationTokenSource();
        var epochs = new List<TrainingMetrics>();
        Assert.Throws<OperationCanceledException>(() => TrainingRun.Fit(TrainingRun.Options(), cancel: source.Token, onEpoch: metrics =>
        {
            epochs.Add(metrics);
            if (metrics.Stage == stage)
            {
                source.Cancel();
            }
        }));
        Assert.AreEqual((stage, 1), (epochs[^1].Stage, epochs[^1].Epoch));
    }

    [TestMethod]
    public void CancellingWhileImagesLoadEndsTheTraining()
    {
        using var source = new CancellationTokenSource();
        var images = new GeneratedImages(TrainingRun.Names.Length, 6)
        {
            OnLoad = index =>
            {
                if (index == 5)
                {
                    source.Cancel();
                }
            },
        };
        Assert.Throws<OperationCanceledException>(() => TrainingRun.Fit(TrainingRun.Options(), images: images, cancel: source.Token));
        Assert.AreEqual(0, images.Running);
    }

    [TestMethod]
    public void AnImageThatFailsEndsTheTrainingWithItsError()
    {
        var images = new GeneratedImages(TrainingRun.Names.Length, 30)
        {
            OnLoad = index =>
            {
                if (index == 20)
                {
                    throw new InvalidDataException("picture 20 is broken");
                }
            },
        };
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => TrainingRun.Fit(TrainingRun.Options(), images: images));
        Assert.AreEqual("picture 20 is broken", error.Message);
        Assert.AreEqual(0, images.Running);
    }

    [TestMethod]
    public void LossThatIsNotANumberEndsTheTraining()
    {
        LorealTrainer.Options options = TrainingRun.Options();
        options.DistillationStage = new TrainingStageOptions { Epochs = 5, BatchSize = 8, LearningRate = 1e30, WarmupEpochs = 1 };
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() => TrainingRun.Fit(options));
        StringAssert.Contains(error.Message, "stage 3, epoch 2 of 5, step 2, at learning rate 1e+30");
    }

    [TestMethod]
    public void NothingIsLeftInNativeMemory()
    {
        // TorchSharp counts a tensor whose memory a parameter took over as a living one for ever: a training leaves as many as it has
        // parameters, however long it is.
        LorealTrainer.Options options = TrainingRun.Options();
        options.BaseStage!.Epochs = options.DistillationStage.Epochs = 2;
        TrainAndScore();
        long few = TensorCount.Growth(TrainAndScore);
        options.BaseStage.Epochs = options.DistillationStage.Epochs = 4;
        Assert.AreEqual(few, TensorCount.Growth(TrainAndScore));

        options.DistillationStage.LearningRate = 1e30;
        Assert.IsLessThanOrEqualTo(few, TensorCount.Growth(() => Assert.ThrowsExactly<InvalidOperationException>(TrainAndScore)));

        void TrainAndScore()
        {
            using LorealModel model = TrainingRun.Fit(options);
            using LorealModel others = model.WithClasses(["one", "two"]);
            TrainingRun.Score(model);
            TrainingRun.Score(others);
            using LorealModel loaded = TrainingRun.Load(TrainingRun.Save(model));
            TrainingRun.Score(loaded);
        }
    }

    [TestMethod]
    public void UnusableSettingsAreRefusedAtOnce()
    {
        Refused<ArgumentException>(o => o.Method = PromptMethod.Template(), "Attributes");
        Refused<ArgumentException>(o => o.Attributes = [], "Attributes");
        Refused<ArgumentException>(o => o.Attributes = ["color", ""], "attribute");
        Refused<ArgumentOutOfRangeException>(o => o.LowResolution = 20, "16 or 24");
        Refused<ArgumentOutOfRangeException>(o => o.LowResolution = 40, "nearest is 32");
        Refused<ArgumentOutOfRangeException>(o => o.LowResolution = 4, "nearest is 8");
        Refused<ArgumentOutOfRangeException>(o => o.TokensPerAttribute = 0, "TokensPerAttribute");
        Refused<ArgumentOutOfRangeException>(o => o.HiddenWidth = 0, "HiddenWidth");
        Refused<ArgumentOutOfRangeException>(o => o.Temperature = 0, "Temperature");
        Refused<ArgumentOutOfRangeException>(o => o.ViewsPerImage = -1, "ViewsPerImage");
        Refused<ArgumentOutOfRangeException>(o => o.MinimumCropArea = 0, "MinimumCropArea");
        Refused<ArgumentOutOfRangeException>(o => o.BaseStage!.BatchSize = 0, "BatchSize");
        Refused<ArgumentOutOfRangeException>(o => o.DistillationStage.LearningRate = double.NaN, "LearningRate");
        Refused<ArgumentException>(o => o.TokensPerAttribute = 40, "red circle");
        Refused<ArgumentOutOfRangeException>(o => o.Method = PromptMethod.MaPLe(depth: 3), "from 1 to 2");

        static void Refused<T>(Action<LorealTrainer.Options> change, string mentioned)
            where T : Exception
        {
            LorealTrainer.Options options = TrainingRun.Options();
            change(options);
            var images = new GeneratedImages(TrainingRun.Names.Length, 1) { OnLoad = _ => Assert.Fail("an image was loaded") };
            T error = Assert.ThrowsExactly<T>(() => TrainingRun.Fit(options, images: images));
            StringAssert.Contains(error.Message, mentioned);
        }
    }
}
