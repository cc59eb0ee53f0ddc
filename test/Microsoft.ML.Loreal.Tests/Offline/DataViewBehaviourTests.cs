using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>What ML.NET users rely on when they read data views; holds for the real packages and for the stand-ins.</summary>
[TestClass]
public sealed class DataViewBehaviourTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void MembersBecomeColumnsWithTheirTypes()
    {
        var schema = _ml.Data.LoadFromEnumerable(new[] { new Everything() }).Schema;

        Assert.AreEqual(NumberDataViewType.Single, schema["Number"].Type);
        Assert.AreEqual(TextDataViewType.Instance, schema["Renamed"].Type);
        Assert.AreEqual(BooleanDataViewType.Instance, schema["Flag"].Type);
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), schema["Key"].Type);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 2), schema["Fixed"].Type);
        Assert.AreEqual(new VectorDataViewType(TextDataViewType.Instance), schema["Words"].Type);
        Assert.IsNull(schema.GetColumnOrNull("Ignored"));
        Assert.IsNull(schema.GetColumnOrNull("Text"));
        Assert.AreEqual("Key<UInt32, 0-2>", schema["Key"].Type.ToString());
        Assert.AreEqual("Vector<Single, 2>", schema["Fixed"].Type.ToString());
        Assert.AreEqual("Vector<String>", schema["Words"].Type.ToString());
    }

    [TestMethod]
    public void ValuesSurviveTheWayThroughADataView()
    {
        var row = new Everything { Number = 2.5f, Text = "hello", Flag = true, Fixed = [3, 4], Words = ["a", "", "c"] };

        var back = _ml.Data.CreateEnumerable<Everything>(_ml.Data.LoadFromEnumerable(new[] { row }), reuseRowObject: false).Single();

        Assert.AreEqual(2.5f, back.Number);
        Assert.AreEqual("hello", back.Text);
        Assert.IsTrue(back.Flag);
        CollectionAssert.AreEqual(new float[] { 3, 4 }, back.Fixed);
        CollectionAssert.AreEqual(new[] { "a", "", "c" }, back.Words);
    }

    [TestMethod]
    public void ScalarKeysCountFromOneAndZeroIsMissing()
    {
        var data = _ml.Data.LoadFromEnumerable(new uint[] { 0, 2, 3 }.Select(key => new Everything { Key = key }));

        // The member holds 0 to Count - 1; a value outside becomes 0, which is "missing".
        CollectionAssert.AreEqual(new uint[] { 1, 3, 0 }, data.GetColumn<uint>("Key").ToArray());
    }

    [TestMethod]
    public void NothingIsEnumeratedBeforeACursorMoves()
    {
        var enumerated = 0;
        IEnumerable<Everything> Rows()
        {
            enumerated++;
            yield return new Everything();
        }

        var data = _ml.Data.LoadFromEnumerable(Rows());
        var transformed = _ml.Transforms.CopyColumns("Copy", "Number").Fit(data).Transform(data);
        Assert.AreEqual(0, enumerated);

        Assert.AreEqual(1, transformed.GetColumn<float>("Copy").Count());
        Assert.AreEqual(1, transformed.GetColumn<float>("Copy").Count());
        Assert.AreEqual(2, enumerated);
    }

    [TestMethod]
    public void OnlyActiveColumnsHaveGetters()
    {
        var source = _ml.Data.LoadFromEnumerable(new[] { new Everything() });
        var data = _ml.Transforms.CopyColumns("Copy", "Number").Fit(source).Transform(source);
        using var cursor = data.GetRowCursor([data.Schema["Copy"]]);

        Assert.IsTrue(cursor.IsColumnActive(data.Schema["Copy"]));
        Assert.IsFalse(cursor.IsColumnActive(data.Schema["Flag"]));
        // The real one's type depends on the cursor that ends up doing the work.
        Exception inactive = Assert.Throws<Exception>(() => cursor.GetGetter<bool>(data.Schema["Flag"]));
        Assert.IsTrue(inactive is InvalidOperationException or ArgumentOutOfRangeException, inactive.ToString());
        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<double>(data.Schema["Copy"]));
    }

    [TestMethod]
    public void ACursorSetReadsEveryRowOnce()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i => new Everything { Number = i }));
        var copied = _ml.Transforms.CopyColumns("Copy", "Number").Fit(data).Transform(data);

        var seen = new List<float>();
        foreach (DataViewRowCursor cursor in copied.GetRowCursorSet([copied.Schema["Copy"]], 4))
        {
            using (cursor)
            {
                var get = cursor.GetGetter<float>(copied.Schema["Copy"]);
                while (cursor.MoveNext())
                {
                    var value = 0f;
                    get(ref value);
                    seen.Add(value);
                }
            }
        }

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 100).Select(i => (float)i).ToList(), seen);
    }

    [TestMethod]
    public void AGetterWithoutARowThrows()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Everything { Number = 5 } });
        using var cursor = data.GetRowCursor(data.Schema);
        var get = cursor.GetGetter<float>(data.Schema["Number"]);
        var value = 0f;

        Assert.AreEqual(-1, cursor.Position);
        // The real one runs into a null reference.
        Exception problem = Assert.Throws<Exception>(() => get(ref value));
        Assert.IsTrue(problem is InvalidOperationException or NullReferenceException, problem.ToString());
        Assert.IsTrue(cursor.MoveNext());
        get(ref value);
        Assert.AreEqual(5, value);
        Assert.AreEqual(0, cursor.Position);
        Assert.IsFalse(cursor.MoveNext());
        Assert.IsFalse(cursor.MoveNext());
    }

    [TestMethod]
    public void AColumnOfTheSameNameHidesTheEarlierOneAndFollowsIt()
    {
        var source = _ml.Data.LoadFromEnumerable(new[] { new Everything { Number = 1, Other = 2 } });

        var data = _ml.Transforms.CopyColumns("Number", "Other").Fit(source).Transform(source);

        var hidden = source.Schema["Number"].Index;
        Assert.AreEqual("Number", data.Schema[hidden].Name);
        Assert.IsTrue(data.Schema[hidden].IsHidden);
        Assert.AreEqual(hidden + 1, data.Schema["Number"].Index);
        Assert.IsFalse(data.Schema["Number"].IsHidden);
        Assert.AreEqual(2, data.GetColumn<float>("Number").Single());
        Assert.AreEqual(1, data.GetColumn<float>(data.Schema[hidden]).Single());
    }

    [TestMethod]
    public void MissingColumnsAreNamed()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Everything() });

        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => data.Schema["Nowhere"]);
        StringAssert.Contains(missing.Message, "Nowhere");
        var unfit = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.CopyColumns("Copy", "Nowhere").Fit(data));
        StringAssert.Contains(unfit.Message, "Nowhere");
        var unbound = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Data.CreateEnumerable<WithMissing>(data, reuseRowObject: false));
        StringAssert.Contains(unbound.Message, "Nowhere");
        Assert.IsNull(_ml.Data.CreateEnumerable<WithMissing>(data, reuseRowObject: false, ignoreMissingColumns: true).Single().Nowhere);
    }

    [TestMethod]
    public void AnnotationsOfASchemaDefinitionReachTheSchemaAndCopies()
    {
        var definition = SchemaDefinition.Create(typeof(Everything));
        definition["Fixed"].AddAnnotation("SlotNames", new VBuffer<ReadOnlyMemory<char>>(2, ["x".AsMemory(), "y".AsMemory()]), new VectorDataViewType(TextDataViewType.Instance, 2));
        var source = _ml.Data.LoadFromEnumerable(new[] { new Everything() }, definition);

        var data = _ml.Transforms.CopyColumns("Copy", "Fixed").Fit(source).Transform(source);

        Assert.IsTrue(data.Schema["Copy"].HasSlotNames());
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        data.Schema["Copy"].GetSlotNames(ref names);
        CollectionAssert.AreEqual(new[] { "x", "y" }, names.DenseValues().Select(name => name.ToString()).ToArray());
    }

    [TestMethod]
    public void PreviewReadsTheFirstRows()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 5).Select(index => new Everything { Number = index }));

        var preview = data.Preview(maxRows: 3);

        Assert.AreEqual(3, preview.RowView.Length);
        Assert.AreEqual(2f, preview.ColumnView[data.Schema["Number"].Index].Values[2]);
        Assert.AreEqual("Number", preview.RowView[0].Values[data.Schema["Number"].Index].Key);
    }

    [TestMethod]
    public void SparseVectorsReadAsDenseOnes()
    {
        var sparse = new VBuffer<float>(5, 2, [7, 9], [1, 4]);

        Assert.IsFalse(sparse.IsDense);
        CollectionAssert.AreEqual(new float[] { 0, 7, 0, 0, 9 }, sparse.DenseValues().ToArray());
        Assert.AreEqual(9, sparse.GetItemOrDefault(4));
        Assert.AreEqual(0, sparse.GetItemOrDefault(0));
        var part = default(VBuffer<float>);
        sparse.CopyTo(ref part, 1, 3);
        CollectionAssert.AreEqual(new float[] { 7, 0, 0 }, part.DenseValues().ToArray());
        var dense = default(VBuffer<float>);
        sparse.CopyToDense(ref dense);
        Assert.IsTrue(dense.IsDense);
        Assert.AreEqual(5, dense.GetValues().Length);
        Assert.AreEqual("Sparse vector of size 5, 2 explicit values", sparse.ToString());
    }

    [TestMethod]
    public void RowsOfAnEmptyEnumerableAreNone()
    {
        var data = _ml.Data.LoadFromEnumerable(Array.Empty<Everything>());

        Assert.AreEqual(0, data.GetRowCount());
        Assert.AreEqual(0, data.GetColumn<float>("Number").Count());
    }

    private sealed class Everything
    {
        public float Number { get; set; }

        public float Other { get; set; }

        [ColumnName("Renamed")]
        public string Text { get; set; } = "";

        public bool Flag { get; set; }

        [KeyType(3)]
        public uint Key { get; set; }

        [VectorType(2)]
        public float[] Fixed { get; set; } = [0, 0];

        public string[] Words { get; set; } = [];

        [NoColumn]
        public object? Ignored { get; set; }
    }

    private sealed class WithMissing
    {
        public string? Nowhere { get; set; }
    }
}
