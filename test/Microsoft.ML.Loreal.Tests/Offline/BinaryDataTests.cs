using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>Rows in ML.NET's binary format: written, read back, and refused where damaged.</summary>
[TestClass]
public sealed class BinaryDataTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(1000)]
    [DataRow(2500)]
    public void RowsOfEveryTypeComeBack(int count)
    {
        using var folder = new TestFolder();
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(Thing.Of).ToList());
        data = _ml.Transforms.Conversion.MapValueToKey("Kind", "Name").Fit(data).Transform(data);
        Save(data, folder["data.idv"]);
        IDataView loaded = _ml.Data.LoadFromBinary(folder["data.idv"]);
        Assert.AreEqual((long)count, loaded.GetRowCount());
        CollectionAssert.AreEqual(data.Schema.Select(column => (column.Name, column.Type)).ToArray(), loaded.Schema.Select(column => (column.Name, column.Type)).ToArray());
        CollectionAssert.AreEqual(data.GetColumn<int>("Number").ToArray(), loaded.GetColumn<int>("Number").ToArray());
        CollectionAssert.AreEqual(data.GetColumn<bool>("Even").ToArray(), loaded.GetColumn<bool>("Even").ToArray());
        CollectionAssert.AreEqual(data.GetColumn<string>("Name").ToArray(), loaded.GetColumn<string>("Name").ToArray());
        CollectionAssert.AreEqual(data.GetColumn<uint>("Kind").ToArray(), loaded.GetColumn<uint>("Kind").ToArray());
        foreach ((float[] expected, float[] actual) in data.GetColumn<float[]>("Fixed").Zip(loaded.GetColumn<float[]>("Fixed")))
        {
            CollectionAssert.AreEqual(expected, actual);
        }

        foreach ((float[] expected, float[] actual) in data.GetColumn<float[]>("Varying").Zip(loaded.GetColumn<float[]>("Varying")))
        {
            CollectionAssert.AreEqual(expected, actual);
        }
    }

    [TestMethod]
    public void HiddenColumnsAreWrittenOnRequest()
    {
        using var folder = new TestFolder();
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(Thing.Of).ToList());
        data = _ml.Transforms.CopyColumns("Name", "Number").Fit(data).Transform(data);
        Save(data, folder["visible.idv"]);
        Assert.AreEqual(data.Schema.Count - 1, _ml.Data.LoadFromBinary(folder["visible.idv"]).Schema.Count);
        Save(data, folder["all.idv"], keepHidden: true);
        IDataView loaded = _ml.Data.LoadFromBinary(folder["all.idv"]);
        Assert.AreEqual(data.Schema.Count, loaded.Schema.Count);
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, loaded.GetColumn<int>("Name").ToArray());
    }

    [TestMethod]
    public void ACutOffFileIsRefused()
    {
        StandIns.Only(typeof(MLContext), "it lets exceptions of other types out.");
        using var folder = new TestFolder();
        Save(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 50).Select(Thing.Of).ToList()), folder["data.idv"]);
        byte[] whole = File.ReadAllBytes(folder["data.idv"]);
        foreach (int length in new[] { 0, 100, 256, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(folder["cut.idv"], whole[..length]);
            Assert.ThrowsExactly<FormatException>(() => _ml.Data.LoadFromBinary(folder["cut.idv"]));
        }
    }

    private void Save(IDataView data, string path, bool keepHidden = false)
    {
        using FileStream file = File.Create(path);
        _ml.Data.SaveAsBinary(data, file, keepHidden);
    }

    private sealed class Thing
    {
        public int Number { get; set; }

        public bool Even { get; set; }

        public string Name { get; set; } = "";

        [VectorType(2)]
        public float[] Fixed { get; set; } = [];

        public float[] Varying { get; set; } = [];

        public static Thing Of(int number) => new()
        {
            Number = number,
            Even = number % 2 == 0,
            Name = $"thing {number % 7}",
            Fixed = [number, -number / 3f],
            Varying = [.. Enumerable.Repeat(number / 2f, number % 4)],
        };
    }
}
