using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.MLNet;

/// <summary>What the product and its users rely on when they read data views.</summary>
[TestClass]
public sealed class DataViewBehaviorTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void ScalarKeysCountFromOneAndZeroIsMissing()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new uint[] { 0, 2, 3 }.Select(key => new Everything { Key = key }));

        // The member holds 0 to Count - 1; a value outside becomes 0, which is "missing".
        CollectionAssert.AreEqual(new uint[] { 1, 3, 0 }, data.GetColumn<uint>("Key").ToArray());
    }

    [TestMethod]
    public void NothingIsEnumeratedBeforeACursorMoves()
    {
        int enumerated = 0;
        IEnumerable<Everything> Rows()
        {
            enumerated++;
            yield return new Everything();
        }

        IDataView data = _ml.Data.LoadFromEnumerable(Rows());
        IDataView transformed = _ml.Transforms.CopyColumns("Copy", "Number").Fit(data).Transform(data);
        Assert.AreEqual(0, enumerated);

        Assert.AreEqual(1, transformed.GetColumn<float>("Copy").Count());
        Assert.AreEqual(1, transformed.GetColumn<float>("Copy").Count());
        Assert.AreEqual(2, enumerated);
    }

    [TestMethod]
    public void OnlyActiveColumnsHaveGetters()
    {
        IDataView source = _ml.Data.LoadFromEnumerable(new[] { new Everything() });
        IDataView data = _ml.Transforms.CopyColumns("Copy", "Number").Fit(source).Transform(source);
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["Copy"]]);

        Assert.IsTrue(cursor.IsColumnActive(data.Schema["Copy"]));
        Assert.IsFalse(cursor.IsColumnActive(data.Schema["Flag"]));
        // Its type depends on the cursor that ends up doing the work.
        Exception inactive = Assert.Throws<Exception>(() => cursor.GetGetter<bool>(data.Schema["Flag"]));
        Assert.IsTrue(inactive is InvalidOperationException or ArgumentOutOfRangeException, inactive.ToString());
        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<double>(data.Schema["Copy"]));
    }

    [TestMethod]
    public void ACursorSetReadsEveryRowOnce()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i => new Everything { Number = i }));
        IDataView copied = _ml.Transforms.CopyColumns("Copy", "Number").Fit(data).Transform(data);

        var seen = new List<float>();
        foreach (DataViewRowCursor cursor in copied.GetRowCursorSet([copied.Schema["Copy"]], 4))
        {
            using (cursor)
            {
                ValueGetter<float> get = cursor.GetGetter<float>(copied.Schema["Copy"]);
                while (cursor.MoveNext())
                {
                    float value = 0f;
                    get(ref value);
                    seen.Add(value);
                }
            }
        }

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 100).Select(i => (float)i).ToList(), seen);
    }

    [TestMethod]
    public void AColumnOfTheSameNameHidesTheEarlierOneAndFollowsIt()
    {
        IDataView source = _ml.Data.LoadFromEnumerable(new[] { new Everything { Number = 1, Other = 2 } });

        IDataView data = _ml.Transforms.CopyColumns("Number", "Other").Fit(source).Transform(source);

        int hidden = source.Schema["Number"].Index;
        Assert.AreEqual("Number", data.Schema[hidden].Name);
        Assert.IsTrue(data.Schema[hidden].IsHidden);
        Assert.AreEqual(hidden + 1, data.Schema["Number"].Index);
        Assert.IsFalse(data.Schema["Number"].IsHidden);
        Assert.AreEqual(2, data.GetColumn<float>("Number").Single());
        Assert.AreEqual(1, data.GetColumn<float>(data.Schema[hidden]).Single());
    }

    private sealed class Everything
    {
        public float Number { get; set; }

        public float Other { get; set; }

        public bool Flag { get; set; }

        [KeyType(3)]
        public uint Key { get; set; }
    }
}
