using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.MLNet;

/// <summary>Splits, samples and filters. Row numbers of seeded splits are those that ML.NET's own samples print.</summary>
[TestClass]
public sealed class DataOperationsTests
{
    private readonly MLContext _ml = new();

    [TestMethod]
    public void TrainTestSplitFollowsTheSeedAndThenTheContext()
    {
        IDataView data = Rows(200);

        int[] first = Indices(_ml.Data.TrainTestSplit(data, 0.3, seed: 7).TestSet);
        CollectionAssert.AreEqual(first, Indices(_ml.Data.TrainTestSplit(data, 0.3, seed: 7).TestSet));
        CollectionAssert.AreEqual(first, Indices(new MLContext(seed: 7).Data.TrainTestSplit(data, 0.3).TestSet));
        CollectionAssert.AreNotEqual(first, Indices(_ml.Data.TrainTestSplit(data, 0.3, seed: 8).TestSet));
    }

    [TestMethod]
    public void RowsOfOneSamplingKeyStayTogether()
    {
        DataOperationsCatalog.TrainTestData split = _ml.Data.TrainTestSplit(
            Rows(60), 0.4, samplingKeyColumnName: nameof(Row.Name), seed: 3);

        var train = split.TrainSet.GetColumn<string>(nameof(Row.Name)).ToHashSet();
        var test = split.TestSet.GetColumn<string>(nameof(Row.Name)).ToHashSet();
        Assert.IsFalse(train.Overlaps(test));
        Assert.AreEqual(6, train.Count + test.Count);
        Assert.AreEqual(60, Indices(split.TrainSet).Length + Indices(split.TestSet).Length);
    }

    [TestMethod]
    public void FoldsPartitionTheRows()
    {
        IDataView data = Rows(10);

        IReadOnlyList<DataOperationsCatalog.TrainTestData> folds = _ml.Data.CrossValidationSplit(data, numberOfFolds: 3);

        CollectionAssert.AreEqual(new[] { 5, 6 }, Indices(folds[0].TestSet));
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 10).ToArray(), folds.SelectMany(fold => Indices(fold.TestSet)).ToArray());
        foreach (DataOperationsCatalog.TrainTestData fold in folds)
        {
            CollectionAssert.AreEquivalent(
                Enumerable.Range(0, 10).ToArray(), Indices(fold.TestSet).Concat(Indices(fold.TrainSet)).ToArray());
        }
    }

    [TestMethod]
    public void ShufflingLeavesPicturesOut()
    {
        IDataView pictures = Trained.Prepared(_ml);
        IDataView shuffled = _ml.Data.ShuffleRows(pictures);

        CollectionAssert.AreEqual(
            pictures.Schema.Select(column => column.Name).Where(name => name != "Image").ToArray(),
            shuffled.Schema.Select(column => column.Name).ToArray());
        Assert.HasCount(Trained.Photos.Count, shuffled.GetColumn<int>("Number").ToArray());
    }

    [TestMethod]
    public void ACacheReadsItsSourceOnce()
    {
        int enumerated = 0;
        IEnumerable<Row> Source()
        {
            enumerated++;
            for (int index = 0; index < 4; index++)
            {
                yield return new Row { Index = index };
            }
        }

        IDataView cache = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(Source()), nameof(Row.Index));
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3 }, Indices(cache));
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3 }, Indices(cache));

        Assert.AreEqual(1, enumerated);
        Assert.IsTrue(cache.CanShuffle);
    }

    private static int[] Indices(IDataView data) => data.GetColumn<int>(nameof(Row.Index)).ToArray();

    private IDataView Rows(int count)
        => _ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, count).Select(index => new Row { Index = index, Value = index, Name = $"group {index % 6}" }));

    private sealed class Row
    {
        public int Index { get; set; }

        public float Value { get; set; }

        public string Name { get; set; } = "";
    }
}
