using System.Reflection;

namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

/// <summary>What the trainer's options promise for long jobs.</summary>
[TestClass]
public sealed class LongJobTests
{
    [TestMethod]
    public void TheSameCallGoesOnAndIsThenDoneAtOnce()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        List<(int, int)> epochs = [];
        LorealTrainer.Options options = Options(folder);
        options.MetricsCallback = metrics =>
        {
            epochs.Add((metrics.Stage, metrics.Epoch));
            if (metrics is { Stage: 2, Epoch: 1 })
            {
                throw new TimeoutException();
            }
        };
        Assert.ThrowsExactly<TimeoutException>(() => Trainer(ml, options).Fit(data));
        options.MetricsCallback = metrics => epochs.Add((metrics.Stage, metrics.Epoch));
        using LorealTransformer second = Trainer(ml, options).Fit(data);
        CollectionAssert.AreEqual(new[] { (1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2) }, epochs);
        Rows.AssertIdentical(Rows.Scores(Trained.Loreal.Transform(data)), Rows.Scores(second.Transform(data)));

        List<string> messages = Messages(ml);
        options.MetricsCallback = _ => Assert.Fail("An epoch was trained.");
        using LorealTransformer third = Trainer(ml, options).Fit(data);
        Rows.AssertIdentical(Rows.Scores(second.Transform(data)), Rows.Scores(third.Transform(data)));
        Assert.IsTrue(
            messages.Any(message => message.Contains("Going on from the checkpoint of the end of stage 3", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void AnotherTrainingIsRefusedWithTheDifference()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        Trainer(ml, Options(folder)).Fit(data).Dispose();
        string[] before = Content(folder);

        Refused(data, options => options.Seed = 8, "Seed is 7 in the checkpoint and 8 now");
        Refused(
            data,
            options => options.DistillationStage.LearningRate = 0.5,
            "DistillationStage.LearningRate is 0.002 in the checkpoint and 0.5 now");
        Refused(
            data,
            options => options.BaseStage!.Optimizer = PromptOptimizer.Adam,
            "BaseStage.Optimizer is \"Sgd\" in the checkpoint and \"Adam\" now");
        Refused(data, options => options.Method = PromptMethod.CoOp(5), "Method.contextTokens is 4 in the checkpoint and 5 now");
        Refused(data, options => options.Attributes = ["color", "size"], "Attributes[1] is \"shape\" in the checkpoint and \"size\" now");
        Refused(data, options => options.LowResolution = 24, "LowResolution is 16 in the checkpoint and 24 now");
        Refused(data, options => options.ValidationFraction = 0.25f, "ValidationFraction is nothing in the checkpoint and 0.25 now");
        Refused(data, options => options.ValidationSet = data, "ValidationSet is nothing in the checkpoint and {\"Count\":15");
        Refused(data, options => options.StandardStudent = Trained.Loreal, "StandardStudent is nothing in the checkpoint and \"");
        Refused(data, options => options.Backbone = TinyClip.Write(folder["other"], seed: 2), "Backbone is \"");
        Refused(ml.Data.TakeRows(data, 14), _ => { }, "Images.Count is 15 in the checkpoint and 14 now");
        Refused(Trained.Prepared(ml, ml.Data.ShuffleRows(Trained.Data(ml), 3)), _ => { }, "Images.Sha256 is \"");
        CollectionAssert.AreEqual(before, Content(folder));

        // What decides nothing may change: where it is computed, what is told, how often it is written.
        LorealTrainer.Options same = Options(folder);
        same.Device = "cpu";
        same.CheckpointInterval = TimeSpan.FromMinutes(5);
        same.MetricsCallback = _ => Assert.Fail("An epoch was trained.");
        Trainer(ml, same).Fit(data).Dispose();

        void Refused(IDataView input, Action<LorealTrainer.Options> change, string difference)
        {
            LorealTrainer.Options options = Options(folder);
            change(options);
            options.MetricsCallback = _ => Assert.Fail("An epoch was trained.");
            InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
                () => Trainer(ml, options).Fit(input), difference);
            StringAssert.Contains(error.Message, difference);
            StringAssert.Contains(error.Message, "WorkspacePath");
        }
    }

    /// <summary>
    /// A new option must be thought of: either a checkpoint of another value is refused, or it cannot change what is learned.
    /// </summary>
    [TestMethod]
    public void EveryOptionIsPartOfTheConfigurationOrDecidesNothing()
    {
        string[] decideNothing =
        [
            nameof(LorealTrainer.Options.LabelColumnName),
            nameof(LorealTrainer.Options.ImageColumnName),
            nameof(LorealTrainer.Options.ScoreColumnName),
            nameof(LorealTrainer.Options.PredictedLabelColumnName),
            nameof(LorealTrainer.Options.FeatureColumnName),
            nameof(LorealTrainer.Options.Device),
            nameof(LorealTrainer.Options.OnInvalidImage),
            nameof(LorealTrainer.Options.MaximumPixels),
            nameof(LorealTrainer.Options.WorkspacePath),
            nameof(LorealTrainer.Options.CheckpointInterval),
            nameof(LorealTrainer.Options.CancellationToken),
            nameof(LorealTrainer.Options.MetricsCallback),
            nameof(LorealTrainer.Options.FeatureCacheMegabytes),
            nameof(LorealTrainer.Options.FeatureCachePath),
            nameof(LorealTrainer.Options.ReducedScaleDecoding), nameof(LorealTrainer.Options.ImageFormats),
        ];
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        Trainer(ml, Options(folder)).Fit(Trained.Prepared(ml)).Dispose();
        using var saved = Checkpoint.Read(Path.Combine(folder["workspace"], "checkpoint.safetensors"));
        string[] described = [.. System.Text.Json.Nodes.JsonNode.Parse(saved.Configuration)!.AsObject().Select(property => property.Key)];
        string[] options = [.. typeof(LorealTrainer.Options).GetProperties().Select(property => property.Name)];
        Assert.AreEqual("", string.Join(", ", options.Except(decideNothing).Except(described)), "decide something and are not described");
        Assert.AreEqual(
            "", string.Join(", ", decideNothing.Except(options).Concat(decideNothing.Intersect(described))), "are listed in vain");
    }

    [TestMethod]
    public void WithoutASeedTheCheckpointsSeedIsTaken()
    {
        using var folder = new TemporaryFolder();
        IDataView data = Trained.Prepared(new MLContext(1));
        LorealTrainer.Options options = Options(folder);
        options.Seed = null;
        options.MetricsCallback = metrics => Cut(metrics, 2);
        Assert.ThrowsExactly<TimeoutException>(() => Trainer(new MLContext(3), options).Fit(data));
        options.MetricsCallback = null;
        using LorealTransformer resumed = Trainer(new MLContext(), options).Fit(data);
        options.WorkspacePath = null;
        using LorealTransformer whole = Trainer(new MLContext(3), options).Fit(data);
        Rows.AssertIdentical(Rows.Scores(whole.Transform(data)), Rows.Scores(resumed.Transform(data)));
    }

    [TestMethod]
    public void AFullDiskLeavesTheLastGoodCheckpointAndTheTrainingGoesOn()
    {
        using var folder = new TemporaryFolder();
        using var disk = SmallDisk.TryMount(folder["workspace"], "256k");
        if (disk is null)
        {
            Assert.Inconclusive("A disk of a few kilobytes can only be mounted by root on Linux.");
        }

        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        List<string> messages = Messages(ml);
        string filler = Path.Combine(folder["workspace"], "filler");
        LorealTrainer.Options options = Options(folder);
        options.MetricsCallback = metrics =>
        {
            if (metrics is { Stage: 1, Epoch: 2 })
            {
                disk.Fill(filler);
            }

            Cut(metrics, 3);
        };
        Assert.ThrowsExactly<TimeoutException>(() => Trainer(ml, options).Fit(data));
        string[] warnings = [.. messages.Where(message => message.Contains("could not be written", StringComparison.Ordinal))];
        Assert.HasCount(5, warnings, "the ends of stages 1 and 2, two epochs and one");
        StringAssert.Contains(warnings[^1], "The checkpoint of stage 1 after epoch 2 is kept");
        Assert.IsEmpty(Directory.GetFiles(folder["workspace"], "*.tmp"));

        File.Delete(filler);
        List<(int, int)> epochs = [];
        options.MetricsCallback = metrics => epochs.Add((metrics.Stage, metrics.Epoch));
        using LorealTransformer resumed = Trainer(ml, options).Fit(data);
        CollectionAssert.AreEqual(new[] { (2, 1), (2, 2), (3, 1), (3, 2) }, epochs);
        Rows.AssertIdentical(Rows.Scores(Trained.Loreal.Transform(data)), Rows.Scores(resumed.Transform(data)));

        // A disk that has no room for the encoded views is noticed before the first epoch.
        File.Delete(Path.Combine(folder["workspace"], "checkpoint.safetensors"));
        disk.Fill(filler);
        options.MetricsCallback = _ => Assert.Fail("An epoch was trained.");
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => Trainer(ml, options).Fit(data)).Message, folder["workspace"]);

        // Without views to keep, a disk that is full from the start costs the checkpoints and not the model.
        options.ViewsPerImage = 0;
        options.MetricsCallback = null;
        Trainer(ml, options).Fit(data).Dispose();
        StringAssert.Contains(
            messages.Last(message => message.Contains("could not be written", StringComparison.Ordinal)), "There is no checkpoint yet");
    }

    [TestMethod]
    public void CancellingLeavesAUsableWorkspace()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(new MLContext(1));
        LorealTrainer.Options options = Options(folder);
        options.BaseStage = new TrainingStageOptions { Epochs = 2, BatchSize = 5 };
        int epochs = 0;
        options.MetricsCallback = metrics =>
        {
            epochs++;
            if (metrics is { Stage: 2, Epoch: 1 })
            {
                Cancel(ml);

                // A host can only be asked whether it was canceled; that happens every 20 ms.
                Thread.Sleep(500);
            }
        };
        Assert.Throws<OperationCanceledException>(() => Trainer(ml, options).Fit(data));
        Assert.AreEqual(3, epochs);
        Assert.IsEmpty(Directory.GetFiles(folder["workspace"], "*.tmp"));
        options.MetricsCallback = null;
        using LorealTransformer resumed = Trainer(new MLContext(1), options).Fit(data);
        Rows.AssertIdentical(Rows.Scores(Trained.Loreal.Transform(data)), Rows.Scores(resumed.Transform(data)));
    }

    [TestMethod]
    public void OneTrainingAtATimeUsesAWorkspace()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        LorealTrainer.Options options = Options(folder);
        options.MetricsCallback = metrics =>
        {
            StringAssert.Contains(
                Assert.ThrowsExactly<InvalidOperationException>(() => Trainer(ml, Options(folder)).Fit(data)).Message, "WorkspacePath");
            throw new TimeoutException();
        };
        Assert.ThrowsExactly<TimeoutException>(() => Trainer(ml, options).Fit(data));
    }

    [TestMethod]
    public void ADamagedCheckpointIsNamed()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        Directory.CreateDirectory(folder["workspace"]);
        File.WriteAllText(Path.Combine(folder["workspace"], "checkpoint.safetensors"), "half a file");
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => Trainer(ml, Options(folder)).Fit(Trained.Prepared(ml)));
        StringAssert.Contains(error.Message, folder["workspace"]);
        StringAssert.Contains(error.Message, "Delete it");
    }

    private static LorealTrainer Trainer(MLContext ml, LorealTrainer.Options options) =>
        ml.MulticlassClassification.Trainers.Loreal(options);

    private static LorealTrainer.Options Options(TemporaryFolder folder)
    {
        LorealTrainer.Options options = Trained.Options();
        options.WorkspacePath = folder["workspace"];
        return options;
    }

    private static List<string> Messages(MLContext ml)
    {
        List<string> messages = [];
        ml.Log += (_, message) => messages.Add(message.RawMessage);
        return messages;
    }

    private static void Cut(TrainingMetrics metrics, int stage)
    {
        if (metrics.Stage == stage)
        {
            throw new TimeoutException();
        }
    }

    private static string[] Content(TemporaryFolder folder) =>
        [.. Directory.GetFiles(folder["workspace"]).Order().Select(file => $"{file} {Convert.ToHexString(File.ReadAllBytes(file))}")];

    private static void Cancel(MLContext ml) =>
        typeof(MLContext)
            .GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!.Invoke(ml, null);
}
