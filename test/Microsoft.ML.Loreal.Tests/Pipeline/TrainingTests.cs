using System.Collections.Concurrent;
using System.Reflection;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class TrainingTests
{
    [TestMethod]
    public void OneSeedGivesEqualWeights()
    {
        IDataView data = Trained.Prepared(new MLContext(1));
        using LorealTransformer again = new MLContext(9).MulticlassClassification.Trainers.Loreal(Trained.Options()).Fit(data);
        Rows.AssertIdentical(Rows.Scores(Trained.Loreal.Transform(data)), Rows.Scores(again.Transform(data)));

        LorealTrainer.Options options = Trained.Options();
        options.Seed = 8;
        using LorealTransformer other = new MLContext(9).MulticlassClassification.Trainers.Loreal(options).Fit(data);
        CollectionAssert.AreNotEqual(Rows.Scores(again.Transform(data))[0], Rows.Scores(other.Transform(data))[0]);
    }

    [TestMethod]
    public void WithoutASeedTheContextsSeedDecides()
    {
        IDataView data = Trained.Prepared(new MLContext(1));
        LorealTrainer.Options options = Trained.Options();
        options.Seed = null;
        using LorealTransformer first = new MLContext(5).MulticlassClassification.Trainers.Loreal(options).Fit(data);
        using LorealTransformer second = new MLContext(5).MulticlassClassification.Trainers.Loreal(options).Fit(data);
        Rows.AssertIdentical(Rows.Scores(first.Transform(data)), Rows.Scores(second.Transform(data)));
    }

    [TestMethod]
    public void EveryEpochIsReportedToTheCallbackAndTheLog()
    {
        var ml = new MLContext(1);
        var messages = new ConcurrentQueue<(string Source, string Message)>();
        ml.Log += (_, message) => messages.Enqueue((message.Source, message.RawMessage));
        var epochs = new List<(int Stage, int Epoch)>();
        LorealTrainer.Options options = Trained.Options();
        options.MetricsCallback = metrics =>
        {
            Assert.IsTrue(double.IsFinite(metrics.Loss));
            epochs.Add((metrics.Stage, metrics.Epoch));
        };
        using LorealTransformer model = ml.MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(ml));
        CollectionAssert.AreEqual(new[] { (1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2) }, epochs);
        Assert.AreEqual(
            6,
            messages.Count(
                message => message.Source == "LorealTrainer; Fit" && message.Message.StartsWith("Stage", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void AnEarlierModelsStandardStudentIsUsedAgain()
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        var stages = new HashSet<int>();
        LorealTrainer.Options options = Trained.Options();
        options.StandardStudent = Trained.Loreal;
        options.MetricsCallback = metrics => stages.Add(metrics.Stage);
        using LorealTransformer model = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        CollectionAssert.AreEqual(new[] { 2, 3 }, stages.Order().ToArray());
        Rows.AssertIdentical(Rows.Scores(Trained.Loreal.Transform(data)), Rows.Scores(model.Transform(data)));
    }

    [TestMethod]
    public void TheTrainerKeepsACopyOfItsSettings()
    {
        var ml = new MLContext(1);
        LorealTrainer.Options options = Trained.Options();
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(options);
        options.LowResolution = 5;
        options.Seed = 1000;
        options.LabelColumnName = "Absent";
        IDataView data = Trained.Prepared(ml);
        using LorealTransformer model = trainer.Fit(data);
        Rows.AssertIdentical(Rows.Scores(Trained.Loreal.Transform(data)), Rows.Scores(model.Transform(data)));
    }

    [TestMethod]
    public void AHandWrittenTemplateNeedsNoTraining()
    {
        var ml = new MLContext(1);
        LorealTrainer.Options options = Trained.Options();
        options.Method = PromptMethod.Template("a photo of a {}.");
        options.Attributes = null;
        options.MetricsCallback = _ => Assert.Fail("There is nothing to train.");
        IDataView data = Trained.Prepared(ml);
        using LorealTransformer model = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        Assert.IsTrue(Rows.Scores(model.Transform(data)).All(scores => Math.Abs(scores.Sum() - 1) < 1e-5));
    }

    [TestMethod]
    public void ShortFormSetsColumnsBackboneAndResolution()
    {
        var ml = new MLContext(1);
        IDataView data = ml.Transforms.CopyColumns("Kind", "Label")
            .Append(ml.Transforms.CopyColumns("Picture", "Image")).Fit(Trained.Prepared(ml)).Transform(Trained.Prepared(ml));
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal("Kind", "Picture", Trained.Backbone, TinyClip.Patch);
        SchemaShape shape = trainer.GetOutputSchema(Shapes.Of(data.Schema));
        Assert.IsTrue(shape.Any(column => column.Name == "Score"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => ml.MulticlassClassification.Trainers.Loreal(backbone: Trained.Backbone, lowResolution: 5));
    }

    [TestMethod]
    public void CancellingTheContextStopsTraining()
    {
        var ml = new MLContext(1);
        LorealTrainer.Options options = Trained.Options();
        options.BaseStage = new TrainingStageOptions { Epochs = 100_000, BatchSize = 5 };
        options.MetricsCallback = _ => Cancel(ml);
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(options);
        Assert.Throws<OperationCanceledException>(() => trainer.Fit(Trained.Prepared(new MLContext(1))));
    }

    [TestMethod]
    public void AnErrorInTheCallbackEndsTraining()
    {
        var ml = new MLContext(1);
        LorealTrainer.Options options = Trained.Options();
        options.MetricsCallback = _ => throw new TimeoutException("enough");
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(options);
        Assert.AreEqual("enough", Assert.ThrowsExactly<TimeoutException>(() => trainer.Fit(Trained.Prepared(ml))).Message);
    }

    /// <summary>ML.NET cancels through a method that is not public.</summary>
    private static void Cancel(MLContext ml)
    {
        MethodInfo method = typeof(MLContext).GetMethod(
            "CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            ?? throw new AssertFailedException("MLContext has no CancelExecution.");
        method.Invoke(ml, null);
    }
}
