namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

[TestClass]
public sealed class ResumedTrainingTests
{
    [TestMethod]
    [DataRow("CoOp", 2)]
    [DataRow("CoOp", 0)]
    [DataRow("MMA", 2)]
    [DataRow("MMRL", 0)]
    [DataRow("MaPLe", 2)]
    public void CutOffAfterEveryEpochTheWeightsAreTheSame(string method, int views)
    {
        LorealTrainer.Options options = Options(method, views);
        using LorealModel whole = TrainingRun.Fit(options, validation: Validation());
        using var folder = new TemporaryFolder();
        var epochs = new List<(int Stage, int Epoch)>();
        LorealModel? model = null;
        for (int attempt = 0; model is null; attempt++)
        {
            Assert.IsLessThan(8, attempt);
            model = Attempt(options, folder, epochs.Add);
        }

        using (model)
        {
            CollectionAssert.AreEqual(new[] { (1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2) }, epochs, "every epoch is trained once");
            CollectionAssert.AreEqual(TrainingRun.Save(whole)[LorealModel.TensorFile], TrainingRun.Save(model)[LorealModel.TensorFile]);
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void WhatIsCompleteIsGivenAgainWithoutAnImage(bool attributes)
    {
        LorealTrainer.Options options = Options("CoOp", 2);
        options.Attributes = attributes ? options.Attributes : null;
        using var folder = new TemporaryFolder();
        using LorealModel first = Fit(options, folder, new GeneratedImages(TrainingRun.Names.Length, 6), null);
        var closed = new GeneratedImages(TrainingRun.Names.Length, 6) { OnLoad = _ => Assert.Fail("an image was loaded") };
        using LorealModel second = Fit(options, folder, closed, _ => Assert.Fail("an epoch was trained"));
        CollectionAssert.AreEqual(TrainingRun.Save(first)[LorealModel.TensorFile], TrainingRun.Save(second)[LorealModel.TensorFile]);
        CollectionAssert.AreEqual(TrainingRun.Score(first), TrainingRun.Score(second));
    }

    [TestMethod]
    public void DivergenceKeepsTheLastGoodCheckpoint()
    {
        LorealTrainer.Options options = TrainingRun.Options();
        options.DistillationStage = new TrainingStageOptions { Epochs = 5, BatchSize = 8, LearningRate = 1e30, WarmupEpochs = 1 };
        using var folder = new TemporaryFolder();
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
            () => Fit(options, folder, new GeneratedImages(TrainingRun.Names.Length, 6), null));
        StringAssert.Contains(error.Message, "stage 3, epoch 2 of 5");
        StringAssert.Contains(error.Message, $"The checkpoint of stage 3 after epoch 1 is kept in '{folder.Path}'");
        using var workspace = WorkspaceFolder.Open(folder.Path);
        using Checkpoint? found = TrainingCheckpoints.Find(workspace);
        Assert.AreEqual((3, 1), (found!.Position.Stage, found.Position.Epoch));
        Assert.IsTrue(found.Tensors.Where(t => t.Key.StartsWith("weights.", StringComparison.Ordinal)).All(
            t => t.Value.data<float>().All(float.IsFinite)));
    }

    [TestMethod]
    public void NothingIsLeftInNativeMemory()
    {
        // TorchSharp counts a tensor whose memory a parameter took over as a living one for ever: an attempt leaves at most as many as a
        // whole training has parameters.
        int attempts = 0;
        Train(cut: true);
        long whole = TensorCount.Growth(() => Train(cut: false));
        attempts = 0;
        long cut = TensorCount.Growth(() => Train(cut: true));
        Assert.IsLessThanOrEqualTo(whole * attempts, cut, $"{attempts} attempts, {whole} parameters");

        void Train(bool cut)
        {
            using var folder = new TemporaryFolder();
            LorealModel? model = null;
            while (model is null)
            {
                attempts++;
                model = cut
                    ? Attempt(Options("CoOp", 2), folder, _ => { })
                    : Fit(Options("CoOp", 2), folder, new GeneratedImages(TrainingRun.Names.Length, 6), null);
            }

            model.Dispose();
        }
    }

    private static GeneratedImages Validation() => new(TrainingRun.Names.Length, 2);

    private static LorealTrainer.Options Options(string method, int views)
    {
        LorealTrainer.Options options = TrainingRun.Options();
        options.Method = method switch
        {
            "MMA" => PromptMethod.Mma(0, 2, 8, 0.1f),
            "MMRL" => PromptMethod.Mmrl(1, 2, 3, 16),
            "MaPLe" => PromptMethod.MaPLe(2, 2),
            _ => PromptMethod.CoOp(4),
        };
        options.ViewsPerImage = views;
        options.BaseStage!.Epochs = options.DistillationStage.Epochs = 2;
        options.BaseStage.Optimizer = PromptOptimizer.Sgd;
        options.EarlyStopping = new EarlyStoppingOptions { Metric = EarlyStoppingMetric.Loss };
        return options;
    }

    /// <summary>A training that is cut off after its first epoch; null then.</summary>
    private static LorealModel? Attempt(LorealTrainer.Options options, TemporaryFolder folder, Action<(int Stage, int Epoch)> onEpoch)
    {
        try
        {
            return Fit(options, folder, new GeneratedImages(TrainingRun.Names.Length, 6), metrics =>
            {
                onEpoch((metrics.Stage, metrics.Epoch));
                throw new TimeoutException();
            });
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static LorealModel Fit(
        LorealTrainer.Options options, TemporaryFolder folder, ILabeledImages images, Action<TrainingMetrics>? onEpoch)
    {
        using var workspace = WorkspaceFolder.Open(folder.Path);
        using Checkpoint? found = TrainingCheckpoints.Find(workspace);
        using var checkpoints = new TrainingCheckpoints(
            workspace, found, StageRun.Configuration, TimeSpan.Zero, message => Assert.Fail(message));
        return TrainingRun.Fit(options, images: images, onEpoch: onEpoch, validation: Validation(), checkpoints: checkpoints);
    }
}
