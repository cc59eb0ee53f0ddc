using System.Numerics;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Whether a value, or any item of a vector, is missing: NaN in a floating point column, 0 in a key column.</summary>
internal static class MissingValues
{
    public static Func<bool> Test(DataViewRow row, DataViewSchema.Column column) => column.Type.GetItemType() switch
    {
        NumberDataViewType { RawType: var raw } when raw == typeof(float) => Test<float>(row, column, float.IsNaN),
        NumberDataViewType { RawType: var raw } when raw == typeof(double) => Test<double>(row, column, double.IsNaN),
        KeyDataViewType { RawType: var raw } when raw == typeof(byte) => Test<byte>(row, column, IsZero),
        KeyDataViewType { RawType: var raw } when raw == typeof(ushort) => Test<ushort>(row, column, IsZero),
        KeyDataViewType { RawType: var raw } when raw == typeof(uint) => Test<uint>(row, column, IsZero),
        KeyDataViewType { RawType: var raw } when raw == typeof(ulong) => Test<ulong>(row, column, IsZero),
        _ => throw Contracts.ExceptParam(nameof(column), $"The column '{column.Name}' is {column.Type}, which has no missing value."),
    };

    private static bool IsZero<TValue>(TValue value)
        where TValue : INumberBase<TValue>
        => TValue.IsZero(value);

    private static Func<bool> Test<TValue>(DataViewRow row, DataViewSchema.Column column, Func<TValue, bool> isMissing)
    {
        if (column.Type is not VectorDataViewType)
        {
            var get = row.GetGetter<TValue>(column);
            var value = default(TValue);
            return () =>
            {
                get(ref value);
                return isMissing(value);
            };
        }
        var getVector = row.GetGetter<VBuffer<TValue>>(column);
        var vector = default(VBuffer<TValue>);
        return () =>
        {
            getVector(ref vector);
            return vector.DenseValues().Any(isMissing);
        };
    }
}
