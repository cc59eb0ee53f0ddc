using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Numbers from 0 to 1 that are equal for rows of equal sampling key, so that these stay on one side of a split.</summary>
internal static class SamplingKey
{
    private const uint DefaultHashSeed = 314489979;
    private const uint HashedKeys = 1 << 30;

    public static Func<DataViewRowCursor, Func<double?>> Numbers(IDataView data, DataViewSchema.Column column, int? seed)
    {
        if (column.Type is KeyDataViewType key)
        {
            return cursor => KeyFractions(KeyValues.Getter(cursor, column), key.Count);
        }
        if (column.Type == NumberDataViewType.Single || column.Type == NumberDataViewType.Double)
        {
            return Scaled(data, column);
        }
        return cursor => Hashes(cursor, column, (uint?)seed ?? DefaultHashSeed);
    }

    private static Func<double?> KeyFractions(ValueGetter<ulong> get, ulong count)
    {
        var value = 0ul;
        return () =>
        {
            get(ref value);
            return value == 0 || value > count ? null : (value - 0.5) / count;
        };
    }

    private static Func<DataViewRowCursor, Func<double?>> Scaled(IDataView data, DataViewSchema.Column column)
    {
        var (minimum, maximum) = (double.PositiveInfinity, double.NegativeInfinity);
        using (var cursor = data.GetRowCursor([column]))
        {
            var get = RealValues.Getter(cursor, column);
            while (cursor.MoveNext())
            {
                var value = get();
                minimum = Math.Min(minimum, double.IsNaN(value) ? minimum : value);
                maximum = Math.Max(maximum, double.IsNaN(value) ? maximum : value);
            }
        }
        return cursor =>
        {
            var get = RealValues.Getter(cursor, column);
            return () => maximum > minimum ? (get() - minimum) / (maximum - minimum) : 0;
        };
    }

    /// <summary>Text hashes as ML.NET's own transform does it, in 30 bits, empty text being a missing key; other types hash as their text.</summary>
    private static Func<double?> Hashes(DataViewRow row, DataViewSchema.Column column, uint seed)
    {
        var print = PrintedValues.Of(row, column);
        return () =>
        {
            var text = print();
            if (text.Length == 0)
            {
                return null;
            }
            var hash = Murmur3.Hash(Encoding.UTF8.GetBytes(text.Trim(' ')), seed) & (HashedKeys - 1);
            return (hash + 0.5) / HashedKeys;
        };
    }
}
