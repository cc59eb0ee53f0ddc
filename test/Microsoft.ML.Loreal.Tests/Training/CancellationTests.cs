namespace Microsoft.ML.Loreal.Tests.Training;

/// <summary>The user's own token ends what takes long.</summary>
[TestClass]
public sealed class CancellationTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void ItStopsTrainingAndTheSameCallGoesOn()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        LorealTrainer.Options options = Trained.Options();
        options.WorkspacePath = folder["workspace"];
        options.CancellationToken = source.Token;
        int epochs = 0;
        options.MetricsCallback = metrics =>
        {
            epochs++;
            if (metrics is { Stage: 2, Epoch: 1 })
            {
                source.Cancel();
            }
        };
        IDataView data = Trained.Prepared(_ml);
        OperationCanceledException error = Assert.Throws<OperationCanceledException>(
            () => _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data));
        Assert.AreEqual(source.Token, error.CancellationToken);
        Assert.AreEqual(3, epochs);
        Assert.IsEmpty(Directory.GetFiles(folder["workspace"], "*.tmp"));

        options.MetricsCallback = null;
        options.CancellationToken = CancellationToken.None;
        using LorealTransformer resumed = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        Rows.AssertIdentical(Rows.Scores(Trained.Loreal.Transform(data)), Rows.Scores(resumed.Transform(data)));
    }

    [TestMethod]
    public void CanceledBeforehandNothingIsReadOrWritten()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Trained.Options();
        options.WorkspacePath = folder["workspace"];
        options.CancellationToken = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(
            () => _ml.MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(_ml)));
        Assert.IsFalse(Directory.Exists(folder["workspace"]));
    }

    [TestMethod]
    public void ItStopsPromptKD()
    {
        using var source = new CancellationTokenSource();
        PromptKDTrainer.Options options = PromptKD.Taught.Options();
        options.CancellationToken = source.Token;
        int epochs = 0;
        options.MetricsCallback = _ =>
        {
            epochs++;
            source.Cancel();
        };
        OperationCanceledException error = Assert.Throws<OperationCanceledException>(() => PromptKD.Taught.Fit(options));
        Assert.AreEqual(source.Token, error.CancellationToken);
        Assert.AreEqual(1, epochs);
    }

    [TestMethod]
    public void ItStopsAnEvaluation()
    {
        using var source = new CancellationTokenSource();
        IDataView data = Trained.Prepared(_ml);
        IDataView scored = Trained.Loreal.Transform(data, source.Token);
        Rows.AssertIdentical(Rows.Scores(Trained.Loreal.Transform(data)), Rows.Scores(scored));
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => _ml.MulticlassClassification.Evaluate(scored));
        Assert.Throws<OperationCanceledException>(() => Rows.Read<Data.MLImage>(scored, "Image"));
    }
}
