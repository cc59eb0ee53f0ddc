using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Contract;

/// <summary>
/// The trainer wherever ML.NET lets a trainer stand: in the middle of a chain, behind a cache, in folds, in previews, before a file.
/// </summary>
[TestClass]
public sealed class PlacementTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void InTheMiddleOfAChainItScoresLikeAlone()
    {
        using var folder = new TemporaryFolder();
        IDataView data = Trained.Data(_ml);
        LorealTrainer.Options second = Zero();
        (second.ScoreColumnName, second.PredictedLabelColumnName) = ("ZeroShotScore", "ZeroShotLabel");
        ITransformer chain = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.LoadImages("Image", Trained.ImageFolder, "FileName"))
            .Append(_ml.MulticlassClassification.Trainers.Loreal(Trained.Options()))
            .Append(_ml.MulticlassClassification.Trainers.Loreal(second))
            .Append(_ml.Transforms.Concatenate("Both", "Score", "ZeroShotScore", "Features"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Append(_ml.Transforms.SelectColumns("Both", "PredictedLabel", "Score"))
            .Fit(data);
        using var disposable = (IDisposable)chain;
        List<float[]> expected = Rows.Scores(Trained.Model.Transform(data));
        IDataView output = chain.Transform(data);
        Rows.AssertIdentical(expected, Rows.Scores(output));
        List<float[]> both = [.. Rows.Read<VBuffer<float>>(output, "Both").Select(value => value.DenseValues().ToArray())];
        for (int row = 0; row < both.Count; row++)
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.AreEqual(expected[row][i], both[row][i], 1e-5f);
            }

            Assert.AreEqual(1, both[row][3..6].Sum(), 1e-5f);
            CollectionAssert.AreEqual(Trained.Photos[row].Features, both[row][6..]);
        }

        _ml.Model.Save(chain, data.Schema, folder["chain.zip"]);
        ITransformer loaded = new MLContext(4).Model.Load(folder["chain.zip"], out _);
        Rows.AssertIdentical(expected, Rows.Scores(loaded.Transform(data)));
        using PredictionEngine<Photo, PhotoPrediction> engine = _ml.Model.CreatePredictionEngine<Photo, PhotoPrediction>(loaded);
        for (int row = 0; row < 4; row++)
        {
            float[] scores = engine.Predict(Trained.Photos[row]).Score;
            for (int i = 0; i < scores.Length; i++)
            {
                Assert.AreEqual(expected[row][i], scores[i], 1e-5f);
            }
        }
    }

    [TestMethod]
    public void BehindACacheCheckpointItTrainsTheSameModel()
    {
        IDataView data = Trained.Data(_ml);
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.CopyColumns("Image", "ImagePath"))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.Loreal(Trained.Options()))
            .Fit(data);
        using var disposable = (IDisposable)model;
        Rows.AssertIdentical(Rows.Scores(Trained.Model.Transform(data)), Rows.Scores(model.Transform(data)));

        IDataView cached = _ml.Data.Cache(model.Transform(data));
        List<float[]> first = Rows.Scores(cached);
        Rows.AssertIdentical(first, Rows.Scores(cached));
        Rows.AssertIdentical(Rows.Scores(model.Transform(data)), first);
    }

    [TestMethod]
    public void ACacheCannotHoldPicturesAndTheErrorSaysWhatIsMissing()
    {
        // ML.NET's cache leaves columns of pictures out.
        IEstimator<ITransformer> pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.LoadImages("Image", Trained.ImageFolder, "FileName"))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.Loreal(Trained.Options()));
        ArgumentOutOfRangeException error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => pipeline.Fit(Trained.Data(_ml)));
        StringAssert.Contains(error.Message, "There is no image column 'Image'");
    }

    [TestMethod]
    public void CrossValidationScoresEveryRowOnceWithAModelThatDidNotSeeIt()
    {
        LorealTrainer.Options options = Trained.Options();
        options.Attributes = null;
        IReadOnlyList<TrainCatalogBase.CrossValidationResult<MulticlassClassificationMetrics>> folds =
            _ml.MulticlassClassification.CrossValidate(Trained.Data(_ml), Trained.Pipeline(_ml, options), numberOfFolds: 3, seed: 2);
        Assert.HasCount(3, folds);
        var seen = new List<int>();
        foreach (TrainCatalogBase.CrossValidationResult<MulticlassClassificationMetrics> fold in folds)
        {
            List<int> numbers = Rows.Read<int>(fold.ScoredHoldOutSet, "Number");
            string[] predicted = [.. fold.ScoredHoldOutSet.GetColumn<string>("PredictedLabel")];
            double accuracy = numbers.Zip(predicted).Count(pair => Trained.Photos[pair.First].Label == pair.Second) / (double)numbers.Count;
            Assert.AreEqual(accuracy, fold.Metrics.MicroAccuracy, 1e-9);
            seen.AddRange(numbers);
            (fold.Model as IDisposable)?.Dispose();
        }

        CollectionAssert.AreEquivalent(Trained.Photos.Select(photo => photo.Number).ToArray(), seen);
    }

    [TestMethod]
    public void PreviewsShowScores()
    {
        IDataView data = Trained.Data(_ml);
        List<float[]> expected = Rows.Scores(Trained.Model.Transform(data));
        AssertPreview(Trained.Model.Transform(data).Preview(4));
        AssertPreview(Trained.Model.Preview(data, 4));

        // The estimator's preview fits on as many rows as it is told to.
        DataDebuggerPreview fitted = Trained.Pipeline(_ml, Zero()).Preview(data, maxRows: 4, maxTrainingRows: 15);
        Assert.AreEqual(4, fitted.RowView.Length);
        Assert.AreEqual(3, ((VBuffer<float>)Value(fitted, 0, "Score")).Length);

        void AssertPreview(DataDebuggerPreview preview)
        {
            Assert.AreEqual(4, preview.RowView.Length);
            for (int row = 0; row < 4; row++)
            {
                float[] scores = [.. ((VBuffer<float>)Value(preview, row, "Score")).DenseValues()];
                for (int i = 0; i < scores.Length; i++)
                {
                    Assert.AreEqual(expected[row][i], scores[i], 1e-5f);
                }

                Assert.AreEqual(Trained.Photos[row].Number, Value(preview, row, "Number"));
            }
        }

        static object Value(DataDebuggerPreview preview, int row, string name) =>
            preview.RowView[row].Values[preview.Schema[name].Index].Value;
    }

    [TestMethod]
    public void TheScoredViewSurvivesABinaryFile()
    {
        using var folder = new TemporaryFolder();
        IDataView scored = Trained.Loreal.Transform(Trained.Prepared(_ml));
        using (FileStream file = File.Create(folder["scored.idv"]))
        {
            _ml.Data.SaveAsBinary(scored, file);
        }

        var other = new MLContext(5);
        IDataView loaded = other.Data.LoadFromBinary(folder["scored.idv"]);
        // Pictures have no binary form; columns that are hidden stay away.
        CollectionAssert.AreEqual(
            scored.Schema.Where(column => !column.IsHidden && column.Name != "Image")
                .Select(column => (column.Name, column.Type)).ToArray(),
            loaded.Schema.Select(column => (column.Name, column.Type)).ToArray());
        Assert.AreEqual(scored.GetRowCount(), loaded.GetRowCount());
        Rows.AssertIdentical(Rows.Scores(scored), Rows.Scores(loaded));
        CollectionAssert.AreEqual(Rows.Read<uint>(scored, "PredictedLabel"), Rows.Read<uint>(loaded, "PredictedLabel"));
        foreach (string name in new[] { "ScoreColumnKind", "ScoreColumnSetId", "ScoreValueKind", "SlotNames", "TrainingLabelValues" })
        {
            Assert.IsNotNull(loaded.Schema["Score"].Annotations.Schema.GetColumnOrNull(name), name);
        }

        VBuffer<ReadOnlyMemory<char>> names = default;
        loaded.Schema["PredictedLabel"].GetKeyValues(ref names);
        CollectionAssert.AreEqual(Pictures.ClassNames, names.DenseValues().Select(value => value.ToString()).ToArray());
        MulticlassClassificationMetrics expected = _ml.MulticlassClassification.Evaluate(scored);
        MulticlassClassificationMetrics actual = other.MulticlassClassification.Evaluate(loaded);
        Assert.AreEqual(expected.LogLoss, actual.LogLoss, 1e-12);
        Assert.AreEqual(expected.MacroAccuracy, actual.MacroAccuracy, 1e-12);
    }

    [TestMethod]
    public void PermutationFeatureImportanceSaysThatThereAreNoFeaturesToPermute()
    {
        // An image column has no slots to permute, so the transformer is no ISingleFeaturePredictionTransformer, which is what the
        // measurement looks for.
        ArgumentNullException reason = Assert.ThrowsExactly<ArgumentNullException>(
            () => _ml.MulticlassClassification.PermutationFeatureImportance(Trained.Loreal, Trained.Prepared(_ml)));
        StringAssert.Contains(reason.Message, "does not have a compatible predictor");
    }

    private static LorealTrainer.Options Zero()
    {
        LorealTrainer.Options options = Trained.Options();
        options.Method = PromptMethod.Template();
        options.Attributes = null;
        return options;
    }
}
