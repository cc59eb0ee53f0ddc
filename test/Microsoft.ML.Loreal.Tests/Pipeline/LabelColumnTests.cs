using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class LabelColumnTests
{
    [TestMethod]
    public void KeysOfEveryWidthAreRead()
    {
        AssertClasses<byte>([1, 3, 0, 4], [0, 2, -1, -1]);
        AssertClasses<ushort>([1, 3, 0, 60000], [0, 2, -1, -1]);
        AssertClasses<uint>([1, 3, 0, uint.MaxValue], [0, 2, -1, -1]);
        AssertClasses<ulong>([1, 3, 0, ulong.MaxValue], [0, 2, -1, -1]);
    }

    private static void AssertClasses<TKey>(TKey[] keys, int[] expected)
    {
        int[] classes = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            using var row = new KeyRow<TKey>(keys[i]);
            classes[i] = LabelColumn.Reader(row, row.Schema[0])();
        }

        CollectionAssert.AreEqual(expected, classes, typeof(TKey).Name);
    }

    /// <summary>One row with one key of three classes.</summary>
    private sealed class KeyRow<TKey> : DataViewRow
    {
        private readonly TKey _key;

        public KeyRow(TKey key)
        {
            _key = key;
            var builder = new DataViewSchema.Builder();
            builder.AddColumn("Label", new KeyDataViewType(typeof(TKey), 3));
            Schema = builder.ToSchema();
        }

        public override DataViewSchema Schema { get; }

        public override long Position => 0;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            (ValueGetter<TValue>)(Delegate)(ValueGetter<TKey>)((ref TKey value) => value = _key);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = default;
    }
}
