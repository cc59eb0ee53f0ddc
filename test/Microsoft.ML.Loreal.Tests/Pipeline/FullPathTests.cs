using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class FullPathTests
{
    [TestMethod]
    public void TrainsEvaluatesSavesReloadsAndPredicts()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Data(ml);
        IDataView scored = Trained.Model.Transform(data);

        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(scored);
        List<string> predicted = [.. Rows.Read<ReadOnlyMemory<char>>(scored, "PredictedLabel").Select(value => value.ToString())];
        double accuracy = predicted.Zip(Trained.Photos).Count(pair => pair.First == pair.Second.Label) / (double)predicted.Count;
        Assert.AreEqual(accuracy, metrics.MicroAccuracy, 1e-9);
        Assert.AreEqual(Pictures.ClassNames.Length, metrics.ConfusionMatrix.NumberOfClasses);

        ml.Model.Save(Trained.Model, data.Schema, folder["model.zip"]);
        var other = new MLContext(2);
        ITransformer reloaded = other.Model.Load(folder["model.zip"], out DataViewSchema schema);
        Assert.IsNotNull(schema.GetColumnOrNull("Label"));
        List<float[]> expected = Rows.Scores(scored);
        Rows.AssertIdentical(expected, Rows.Scores(reloaded.Transform(Trained.Data(other))));

        using PredictionEngine<Photo, PhotoPrediction> engine = other.Model.CreatePredictionEngine<Photo, PhotoPrediction>(reloaded);
        for (int i = 0; i < 6; i++)
        {
            PhotoPrediction prediction = engine.Predict(Trained.Photos[i]);
            Assert.AreEqual(predicted[i], prediction.PredictedLabel);
            AssertClose(expected[i], prediction.Score);
        }
    }

    [TestMethod]
    public void ScoresAreProbabilitiesAndTheLabelIsTheLargest()
    {
        IDataView scored = Trained.Loreal.Transform(Trained.Prepared(new MLContext(1)));
        List<float[]> scores = Rows.Scores(scored);
        List<uint> labels = Rows.Read<uint>(scored, "PredictedLabel");
        for (int i = 0; i < scores.Count; i++)
        {
            Assert.AreEqual(1.0, scores[i].Sum(), 1e-5);
            Assert.AreEqual((uint)Array.IndexOf(scores[i], scores[i].Max()) + 1, labels[i]);
        }
    }

    [TestMethod]
    public void SplitsAndCrossValidationKeepTheirClasses()
    {
        var ml = new MLContext(3);
        IDataView data = Trained.Data(ml);
        DataOperationsCatalog.TrainTestData split = ml.Data.TrainTestSplit(data, testFraction: 0.3);
        LorealTrainer.Options options = Trained.Options();
        options.Attributes = null;
        ITransformer model = Trained.Pipeline(ml, options).Fit(split.TrainSet);
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
        Assert.IsTrue(metrics.LogLoss > 0);

        IReadOnlyList<TrainCatalogBase.CrossValidationResult<MulticlassClassificationMetrics>> folds =
            ml.MulticlassClassification.CrossValidate(data, Trained.Pipeline(ml, options), numberOfFolds: 2);
        Assert.HasCount(2, folds);
        foreach (TrainCatalogBase.CrossValidationResult<MulticlassClassificationMetrics> fold in folds)
        {
            List<string> labels =
                [.. Rows.Read<ReadOnlyMemory<char>>(fold.ScoredHoldOutSet, "PredictedLabel").Select(value => value.ToString())];
            Assert.IsNotEmpty(labels);
            Assert.IsEmpty(labels.Except(Pictures.ClassNames));
        }
    }

    // A batch of one and a batch of many may differ in the last bits of a matrix product.
    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-5f);
        }
    }
}
