using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>Reads columns through plain cursors.</summary>
internal static class Rows
{
    public static List<float[]> Scores(IDataView data) =>
        [.. Read<VBuffer<float>>(data, "Score").Select(value => value.DenseValues().ToArray())];

    public static List<T> Read<T>(IDataView data, string column)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema[column]]);
        return Read<T>(cursor, column);
    }

    public static List<T> Read<T>(DataViewRowCursor cursor, string column)
    {
        ValueGetter<T> getter = cursor.GetGetter<T>(cursor.Schema[column]);
        var values = new List<T>();
        while (cursor.MoveNext())
        {
            T value = default!;
            getter(ref value);
            values.Add(value);
        }

        return values;
    }

    /// <summary>Equal in every bit, NaN included.</summary>
    public static void AssertIdentical(IReadOnlyList<float[]> expected, IReadOnlyList<float[]> actual)
    {
        Assert.HasCount(expected.Count, actual);
        for (int i = 0; i < expected.Count; i++)
        {
            CollectionAssert.AreEqual(
                expected[i].Select(BitConverter.SingleToInt32Bits).ToArray(),
                actual[i].Select(BitConverter.SingleToInt32Bits).ToArray(),
                $"row {i}");
        }
    }
}
