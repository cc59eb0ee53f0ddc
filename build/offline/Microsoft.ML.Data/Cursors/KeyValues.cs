using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Key columns of any width read as UInt64.</summary>
internal static class KeyValues
{
    public static ValueGetter<ulong> Getter(DataViewRow row, DataViewSchema.Column column) => Type.GetTypeCode(column.Type.RawType) switch
    {
        TypeCode.Byte => Widen<byte>(row, column),
        TypeCode.UInt16 => Widen<ushort>(row, column),
        TypeCode.UInt32 => Widen<uint>(row, column),
        TypeCode.UInt64 => row.GetGetter<ulong>(column),
        _ => throw Contracts.ExceptParam(nameof(column), $"The column '{column.Name}' is {column.Type}, which is no key."),
    };

    private static ValueGetter<ulong> Widen<TValue>(DataViewRow row, DataViewSchema.Column column)
        where TValue : struct, System.Numerics.IBinaryInteger<TValue>
    {
        var get = row.GetGetter<TValue>(column);
        var narrow = TValue.Zero;
        return (ref ulong value) =>
        {
            get(ref narrow);
            value = ulong.CreateTruncating(narrow);
        };
    }
}
