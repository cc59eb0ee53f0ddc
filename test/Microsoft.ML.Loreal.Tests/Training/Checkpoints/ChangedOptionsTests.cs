using Microsoft.ML.Loreal.Tests.PromptKD;

namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

/// <summary>What a caller changes in the options after a trainer was made concerns trainers to come.</summary>
[TestClass]
public sealed class ChangedOptionsTests
{
    [TestMethod]
    public void OfLorealTheyChangeNothing()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        List<TrainingMetrics> epochs = [];
        List<string> attributes = ["color", "shape"];
        LorealTrainer.Options options = Options("changed", attributes);
        options.MetricsCallback = epochs.Add;
        LorealTrainer changed = ml.MulticlassClassification.Trainers.Loreal(options);
        options.BaseStage!.Epochs = 3;
        options.BaseStage.Optimizer = PromptOptimizer.Adam;
        options.DistillationStage.Epochs = 3;
        options.DistillationStage.LearningRate = 0.5;
        options.EarlyStopping!.Patience = 5;
        attributes[1] = "size";
        attributes.Add("texture");
        LorealTrainer kept = ml.MulticlassClassification.Trainers.Loreal(Options("kept", ["color", "shape"]));

        IDataView data = Trained.Prepared(ml);
        changed.Fit(data).Dispose();
        kept.Fit(data).Dispose();
        Assert.AreEqual(Description(folder["kept"]), Description(folder["changed"]));
        Assert.IsTrue(epochs.All(epoch => epoch.Epochs == 1));

        LorealTrainer.Options Options(string workspace, List<string> words)
        {
            LorealTrainer.Options made = Trained.Options();
            made.BaseStage!.Epochs = made.DistillationStage.Epochs = 1;
            made.Attributes = words;
            made.ValidationFraction = 0.25f;
            made.EarlyStopping = new EarlyStoppingOptions { Patience = 2 };
            made.WorkspacePath = folder[workspace];
            return made;
        }
    }

    [TestMethod]
    public void OfPromptKDTheyChangeNothing()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        List<TrainingMetrics> epochs = [];
        List<string> classNames = ["red", "green"];
        PromptKDTrainer.Options options = Options("changed", classNames);
        options.MetricsCallback = epochs.Add;
        PromptKDTrainer changed = ml.MulticlassClassification.Trainers.PromptKD(options);
        options.Stage.Epochs = 3;
        options.Stage.LearningRate = 0.5;
        options.Regions!.Seed = 3;
        options.Regions.LabelsKept = 1;
        classNames.Add("purple");
        PromptKDTrainer kept = ml.MulticlassClassification.Trainers.PromptKD(Options("kept", ["red", "green"]));

        IDataView data = Taught.Unlabeled(ml);
        changed.Fit(data).Dispose();
        kept.Fit(data).Dispose();
        Assert.AreEqual(Description(folder["kept"]), Description(folder["changed"]));
        Assert.IsTrue(epochs.All(epoch => epoch.Epochs == 1));
        Assert.HasCount(1, Directory.GetFiles(folder["tables"]));

        PromptKDTrainer.Options Options(string workspace, List<string> names)
        {
            PromptKDTrainer.Options made = Taught.Options();
            made.Stage.Epochs = 1;
            made.ClassNames = names;
            made.Regions = new RegionTableOptions { FolderPath = folder["tables"] };
            made.WorkspacePath = folder[workspace];
            return made;
        }
    }

    private static string Description(string workspace)
    {
        using var saved = Checkpoint.Read(Path.Combine(workspace, "checkpoint.safetensors"));
        return saved.Configuration;
    }
}
