using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Loreal.Tests.MLNet;

/// <summary>Cross-validation of an estimator that hands its scores through.</summary>
[TestClass]
public sealed class CrossValidateTests
{
    private readonly MLContext _ml = new();

    [TestMethod]
    public void EachFoldIsScoredByTheModelThatNeverSawIt()
    {
        IDataView data = _ml.Transforms.Conversion.MapValueToKey("Label", "Name")
            .Append(_ml.Transforms.CopyColumns("PredictedLabel", "Label"))
            .Fit(Rows()).Transform(Rows());
        var trainedOn = new List<int[]>();
        EstimatorChain<ColumnCopyingTransformer> estimator = _ml.Transforms.CopyColumns("Score", "Probabilities")
            .Append(new Recording(_ml, trainedOn));

        IReadOnlyList<TrainCatalogBase.CrossValidationResult<MulticlassClassificationMetrics>> results =
            _ml.MulticlassClassification.CrossValidate(
            data, estimator, numberOfFolds: 4);

        Assert.AreEqual(4, results.Count);
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3 }, results.Select(result => result.Fold).ToArray());
        int[][] held = results.Select(result => result.ScoredHoldOutSet.GetColumn<int>("Index").ToArray()).ToArray();
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 40).ToArray(), held.SelectMany(rows => rows).ToArray());
        for (int fold = 0; fold < 4; fold++)
        {
            CollectionAssert.AreEquivalent(Enumerable.Range(0, 40).Except(held[fold]).ToArray(), trainedOn[fold]);
            Assert.AreEqual(1, results[fold].Metrics.MicroAccuracy);
        }
    }

    [TestMethod]
    public void OneFoldIsRefused()
        => Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () =>
                _ml.MulticlassClassification.CrossValidate(Rows(), _ml.Transforms.CopyColumns("Score", "Probabilities"), numberOfFolds: 1));

    private IDataView Rows() => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(index => new Row
    {
        Index = index,
        Name = index % 2 == 0 ? "even" : "odd",
        Probabilities = index % 2 == 0 ? [0.9f, 0.1f] : [0.1f, 0.9f],
    }));

    private sealed class Row
    {
        public int Index { get; set; }

        public string Name { get; set; } = "";

        [VectorType(2)]
        public float[] Probabilities { get; set; } = [];
    }

    /// <summary>Remembers the rows that each fit was given.</summary>
    private sealed class Recording(MLContext ml, List<int[]> trainedOn) : IEstimator<ColumnCopyingTransformer>
    {
        private readonly ColumnCopyingEstimator _copy = ml.Transforms.CopyColumns("Seen", "Index");

        public ColumnCopyingTransformer Fit(IDataView input)
        {
            trainedOn.Add(input.GetColumn<int>("Index").ToArray());
            return _copy.Fit(input);
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _copy.GetOutputSchema(inputSchema);
    }
}
