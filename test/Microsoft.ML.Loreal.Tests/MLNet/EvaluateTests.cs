using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.MLNet;

/// <summary>The metrics of multiclass Evaluate against values computed by hand.</summary>
[TestClass]
public sealed class EvaluateTests
{
    private const double Tolerance = 1e-6;

    // In objects keys count from 0, and a number past the last one is a missing label.
    private static readonly ScoredRow[] Rows =
    [
        new() { Label = 0, Score = [0.7f, 0.2f, 0.1f] },
        new() { Label = 0, Score = [0.3f, 0.5f, 0.2f] },
        new() { Label = 1, Score = [0.25f, 0.5f, 0.25f] },
        new() { Label = 1, Score = [0, 1, 0] },
        new() { Label = 2, Score = [0.2f, 0.2f, 0.6f] },
        // The first of equal scores is the prediction, so the label is at rank 2 here.
        new() { Label = 2, Score = [0.4f, 0.4f, 0.2f] },
        // A probability of 0 counts as 1e-15.
        new() { Label = 2, Score = [0.5f, 0.5f, 0] },
    ];

    [TestMethod]
    public void MetricsAreThoseComputedByHand()
    {
        MulticlassClassificationMetrics metrics = Evaluate(Rows, topKPredictionCount: 3);

        Assert.AreEqual(4.0 / 7, metrics.MicroAccuracy, Tolerance);
        Assert.AreEqual((1.0 / 2 + 1 + 1.0 / 3) / 3, metrics.MacroAccuracy, Tolerance);
        // -(ln 0.7 + ln 0.3 + ln 0.5 + ln 1 + ln 0.6 + ln 0.2 + ln 1e-15) / 7
        Assert.AreEqual(38.912834860 / 7, metrics.LogLoss, Tolerance);
        // The loss of the prior is -(2/7 ln 2/7 + 2/7 ln 2/7 + 3/7 ln 3/7) = 1.078992208.
        Assert.AreEqual(-4.152007927, metrics.LogLossReduction, Tolerance);
        AssertClose([4.0 / 7, 5.0 / 7, 1], metrics.TopKAccuracyForAllK);
        Assert.AreEqual(1, metrics.TopKAccuracy, Tolerance);
        Assert.AreEqual(3, metrics.TopKPredictionCount);
        AssertClose(
            [(0.356674944 + 1.203972804) / 2, 0.693147181 / 2, (0.510825624 + 1.609437912 + 34.538776395) / 3], metrics.PerClassLogLoss);
    }

    [TestMethod]
    public void ConfusionMatrixHasTrueClassesInItsRows()
    {
        ConfusionMatrix matrix = Evaluate(Rows).ConfusionMatrix;

        Assert.AreEqual(3, matrix.NumberOfClasses);
        CollectionAssert.AreEqual(new double[] { 1, 1, 0 }, matrix.Counts[0].ToArray());
        CollectionAssert.AreEqual(new double[] { 0, 2, 0 }, matrix.Counts[1].ToArray());
        CollectionAssert.AreEqual(new double[] { 2, 0, 1 }, matrix.Counts[2].ToArray());
        AssertClose([1.0 / 2, 1, 1.0 / 3], matrix.PerClassRecall);
        AssertClose([1.0 / 3, 2.0 / 3, 1], matrix.PerClassPrecision);
        Assert.AreEqual(1, matrix.GetCountForClassPair(predictedClassIndicatorIndex: 1, actualClassIndicatorIndex: 0));
        Assert.AreEqual(0, matrix.GetCountForClassPair(predictedClassIndicatorIndex: 0, actualClassIndicatorIndex: 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => matrix.GetCountForClassPair(3, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => matrix.GetCountForClassPair(0, -1));
    }

    [TestMethod]
    public void RowsWithoutLabelOrWithoutFiniteScoresDoNotCount()
    {
        ScoredRow[] more =
        [
            .. Rows,
            new() { Label = 3, Score = [0.1f, 0.8f, 0.1f] },
            new() { Label = 1, Score = [float.NaN, 0.5f, 0.5f] },
            new() { Label = 2, Score = [0, float.PositiveInfinity, 0] },
        ];

        MulticlassClassificationMetrics expected = Evaluate(Rows, topKPredictionCount: 2);
        MulticlassClassificationMetrics actual = Evaluate(more, topKPredictionCount: 2);

        Assert.AreEqual(expected.MicroAccuracy, actual.MicroAccuracy);
        Assert.AreEqual(expected.LogLoss, actual.LogLoss);
        Assert.AreEqual(expected.TopKAccuracy, actual.TopKAccuracy);
        Assert.AreEqual(Rows.Length, actual.ConfusionMatrix.Counts.Sum(static row => row.Sum()));
    }

    [TestMethod]
    public void LabelUnknownToTheModelCostsAsMuchAsProbabilityZero()
    {
        IDataView data = new MLContext().Data.LoadFromEnumerable(new[]
        {
            new NumberLabeledRow { Label = 0, Score = [1, 0] },
            new NumberLabeledRow { Label = 7, Score = [0.5f, 0.5f] },
            new NumberLabeledRow { Label = -1, Score = [0.5f, 0.5f] },
            new NumberLabeledRow { Label = 0.5f, Score = [0.5f, 0.5f] },
        });

        MulticlassClassificationMetrics metrics = new MLContext().MulticlassClassification.Evaluate(data, topKPredictionCount: 2);

        Assert.AreEqual(0.5, metrics.MicroAccuracy, Tolerance);
        Assert.AreEqual(34.538776395 / 2, metrics.LogLoss, Tolerance);
        Assert.AreEqual(0.5, metrics.TopKAccuracy, Tolerance);
        Assert.AreEqual(1, metrics.ConfusionMatrix.Counts.Sum(static row => row.Sum()));
    }

    [TestMethod]
    [DataRow("Nothing", "Score", "PredictedLabel", "Nothing")]
    [DataRow("Label", "Nothing", "PredictedLabel", "Nothing")]
    [DataRow("Label", "Score", "Nothing", "Nothing")]
    [DataRow("Text", "Score", "PredictedLabel", "Text")]
    [DataRow("Label", "Text", "PredictedLabel", "Text")]
    public void ColumnThatIsAbsentOrOfAnotherTypeIsNamed(string label, string score, string predictedLabel, string named)
    {
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEnumerable(Rows);

        ArgumentOutOfRangeException problem = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => ml.MulticlassClassification.Evaluate(data, label, score, predictedLabel));

        StringAssert.Contains(problem.Message, named);
    }

    private static MulticlassClassificationMetrics Evaluate(ScoredRow[] rows, int topKPredictionCount = 0)
    {
        var ml = new MLContext();
        return ml.MulticlassClassification.Evaluate(ml.Data.LoadFromEnumerable(rows), topKPredictionCount: topKPredictionCount);
    }

    private static SchemaDefinition WithSlotNames(params string[] names)
    {
        var definition = SchemaDefinition.Create(typeof(TwoClassRow));
        ReadOnlyMemory<char>[] texts = Array.ConvertAll(names, static name => name.AsMemory());
        definition[nameof(TwoClassRow.Score)].AddAnnotation(
            "SlotNames",
            new VBuffer<ReadOnlyMemory<char>>(names.Length, texts),
            new VectorDataViewType(TextDataViewType.Instance, names.Length));
        return definition;
    }

    private static void AssertClose(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.AreEqual(expected.Length, actual.Count);
        for (int index = 0; index < expected.Length; index++)
        {
            Assert.AreEqual(expected[index], actual[index], Tolerance, $"at {index}");
        }
    }

    private sealed class ScoredRow
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        [KeyType(3)]
        public uint PredictedLabel { get; set; }

        public string Text { get; set; } = "";
    }

    private sealed class TwoClassRow
    {
        [KeyType(2)]
        public uint Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [];

        [KeyType(2)]
        public uint PredictedLabel { get; set; }
    }

    private sealed class NumberLabeledRow
    {
        public float Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [];

        [KeyType(2)]
        public uint PredictedLabel { get; set; }
    }
}
