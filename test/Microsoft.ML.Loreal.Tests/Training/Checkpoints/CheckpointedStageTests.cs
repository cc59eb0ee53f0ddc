namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

[TestClass]
public sealed class CheckpointedStageTests
{
    private static readonly ValidationMetrics[] _risingAndFalling =
        [new(1, 0.5), new(0.9, 0.6), new(0.8, 0.9), new(0.7, 0.8), new(0.6, 0.9), new(0.5, 0.4), new(0.4, 0.2)];

    [TestMethod]
    [DataRow(PromptOptimizer.Sgd, false)]
    [DataRow(PromptOptimizer.Sgd, true)]
    [DataRow(PromptOptimizer.Adam, false)]
    [DataRow(PromptOptimizer.Adam, true)]
    [DataRow(PromptOptimizer.AdamW, true)]
    public void CutOffAnywhereTheStageEndsWithTheSameWeights(PromptOptimizer optimizer, bool afterEveryStep)
    {
        StageSettings settings = Settings(optimizer, epochs: 4);
        (float[] whole, List<TrainingMetrics> wholeEpochs) = StageRun.Train(settings);
        for (int cut = 1; cut < 16; cut++)
        {
            using var folder = new TemporaryFolder();
            using var workspace = WorkspaceFolder.Open(folder.Path);
            TimeSpan interval = afterEveryStep ? TimeSpan.FromTicks(1) : TimeSpan.Zero;
            Assert.ThrowsExactly<TimeoutException>(() => StageRun.Train(settings, workspace, interval, cut));
            (float[] weights, List<TrainingMetrics> epochs) = StageRun.Train(settings, workspace, interval);
            CollectionAssert.AreEqual(whole, weights, $"cut off after {cut} steps");
            int left = afterEveryStep ? (cut == 15 ? 1 : 4 - (cut / 4)) : 4 - (cut / 4);
            CollectionAssert.AreEqual(
                wholeEpochs.Select(m => (m.Epoch, m.Loss, m.Accuracy, m.LearningRate)).TakeLast(left).ToList(),
                epochs.Select(m => (m.Epoch, m.Loss, m.Accuracy, m.LearningRate)).ToList(),
                $"cut off after {cut} steps");
        }
    }

    [TestMethod]
    public void WithoutAnIntervalThereIsOneCheckpointAfterEveryEpoch()
    {
        using var folder = new TemporaryFolder();
        using var workspace = WorkspaceFolder.Open(folder.Path);
        Assert.ThrowsExactly<TimeoutException>(() => StageRun.Train(Settings(PromptOptimizer.Sgd, 4), workspace, passes: 3));
        Assert.IsNull(TrainingCheckpoints.Find(workspace));
        Assert.ThrowsExactly<TimeoutException>(() => StageRun.Train(Settings(PromptOptimizer.Sgd, 4), workspace, passes: 11));
        using Checkpoint? found = TrainingCheckpoints.Find(workspace);
        Assert.AreEqual((2, 2, 0, false), (found!.Position.Stage, found.Position.Epoch, found.Position.Step, found.Position.Done));
    }

    [TestMethod]
    public void ALongIntervalLeavesTheEpochsWithoutCheckpoints()
    {
        using var folder = new TemporaryFolder();
        using var workspace = WorkspaceFolder.Open(folder.Path);
        StageRun.Train(Settings(PromptOptimizer.Sgd, 4), workspace, TimeSpan.FromHours(1));
        Assert.IsNull(TrainingCheckpoints.Find(workspace));
    }

    [TestMethod]
    [DataRow(EarlyStoppingMetric.Accuracy, 2, 0.0, 5, 3)]
    [DataRow(EarlyStoppingMetric.Accuracy, 1, 0.0, 4, 3)]
    [DataRow(EarlyStoppingMetric.Accuracy, 2, 0.35, 5, 3)]
    [DataRow(EarlyStoppingMetric.Accuracy, 2, 0.5, 3, 1)]
    [DataRow(EarlyStoppingMetric.Loss, 2, 0.0, 7, 7)]
    [DataRow(EarlyStoppingMetric.Loss, 2, 0.15, 7, 7)]
    [DataRow(EarlyStoppingMetric.Loss, 2, 0.25, 3, 1)]
    public void EarlyStoppingRestoresTheBestEpoch(EarlyStoppingMetric metric, int patience, double improvement, int epochs, int best)
    {
        StageSettings settings = Settings(PromptOptimizer.Sgd, epochs: 7);
        var stopping = new EarlyStoppingSettings(metric, patience, improvement);
        (float[] weights, List<TrainingMetrics> trained) = StageRun.Train(
            settings, stopping: stopping, validate: epoch => _risingAndFalling[epoch]);
        Assert.AreEqual(epochs, trained.Count);
        CollectionAssert.AreEqual(
            trained.Select(m => (m.ValidationLoss, m.ValidationAccuracy)).ToList(),
            _risingAndFalling.Take(epochs).Select(m => ((double?)m.Loss, (double?)m.Accuracy)).ToList());

        // The schedule reaches as far as the stage might have, so the best epoch's weights are those after as many epochs of the same
        // stage.
        using var folder = new TemporaryFolder();
        using var workspace = WorkspaceFolder.Open(folder.Path);
        if (best < 7)
        {
            Assert.ThrowsExactly<TimeoutException>(() => StageRun.Train(settings, workspace, passes: best * 4));
            using Checkpoint? found = TrainingCheckpoints.Find(workspace);
            CollectionAssert.AreEqual(
                new[] { "weights.0", "weights.1" }.SelectMany(name => found!.Tensors[name].data<float>().ToArray()).ToArray(), weights);
        }
        else
        {
            CollectionAssert.AreEqual(StageRun.Train(settings).Weights, weights);
        }
    }

    [TestMethod]
    public void EarlyStoppingGoesOnWhereItWasCutOff()
    {
        StageSettings settings = Settings(PromptOptimizer.Adam, epochs: 7);
        var stopping = new EarlyStoppingSettings(EarlyStoppingMetric.Accuracy, 3, 0);
        (float[] whole, List<TrainingMetrics> epochs) = StageRun.Train(
            settings, stopping: stopping, validate: epoch => _risingAndFalling[epoch]);
        Assert.AreEqual(6, epochs.Count);
        for (int cut = 1; cut < 24; cut += 3)
        {
            using var folder = new TemporaryFolder();
            using var workspace = WorkspaceFolder.Open(folder.Path);
            Assert.ThrowsExactly<TimeoutException>(
                () => StageRun.Train(settings, workspace, passes: cut, stopping: stopping, validate: epoch => _risingAndFalling[epoch]));
            (float[] weights, List<TrainingMetrics> left) = StageRun.Train(
                settings, workspace, stopping: stopping, validate: epoch => _risingAndFalling[epoch]);
            CollectionAssert.AreEqual(whole, weights, $"cut off after {cut} steps");
            Assert.AreEqual(6, left[^1].Epoch);

            // All that is left of a stage that is over is to take the best weights.
            (float[] again, List<TrainingMetrics> none) = StageRun.Train(
                settings, workspace, stopping: stopping, validate: epoch => _risingAndFalling[epoch]);
            CollectionAssert.AreEqual(whole, again);
            Assert.IsEmpty(none);
        }
    }

    [TestMethod]
    public void TimeLeftEndsAtZero()
    {
        (float[] _, List<TrainingMetrics> epochs) = StageRun.Train(Settings(PromptOptimizer.Sgd, epochs: 5));
        Assert.IsTrue(epochs.Take(4).All(m => m.TimeLeft > TimeSpan.Zero));
        Assert.AreEqual(TimeSpan.Zero, epochs[^1].TimeLeft);
    }

    [TestMethod]
    public void WeightsThatAreNotNumbersReachNoCheckpoint()
    {
        using var folder = new TemporaryFolder();
        using var workspace = WorkspaceFolder.Open(folder.Path);

        // One step: the loss is finite, what it does to the weights is not.
        StageSettings settings = Settings(PromptOptimizer.Sgd, epochs: 2) with
        {
            BatchSize = 20,
            WarmupEpochs = 1,
            WarmupLearningRate = 0.1,
            LearningRate = double.MaxValue,
        };
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() => StageRun.Train(settings, workspace));
        StringAssert.Contains(error.Message, "weight");
        StringAssert.Contains(error.Message, "stage 2, epoch 2 of 2, step 1");
        StringAssert.Contains(error.Message, "The checkpoint of stage 2 after epoch 1 is kept");
        using Checkpoint? found = TrainingCheckpoints.Find(workspace);
        Assert.AreEqual(1, found!.Position.Epoch);
        Assert.IsTrue(found.Tensors["weights.0"].data<float>().All(float.IsFinite));

        InvalidOperationException without = Assert.ThrowsExactly<InvalidOperationException>(() => StageRun.Train(settings));
        Assert.DoesNotContain("checkpoint", without.Message);
    }

    private static StageSettings Settings(PromptOptimizer optimizer, int epochs) =>
        new()
        {
            Epochs = epochs,
            BatchSize = 5,
            Optimizer = optimizer,
            LearningRate = 0.1,
            WarmupEpochs = 1,
            WarmupLearningRate = 0.01,
            WeightDecay = 0.01,
        };
}
