using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Columns of floating point numbers read as Double.</summary>
internal static class RealValues
{
    public static Func<double> Getter(DataViewRow row, DataViewSchema.Column column) => Type.GetTypeCode(column.Type.RawType) switch
    {
        TypeCode.Single => Read<float>(row, column),
        TypeCode.Double => Read<double>(row, column),
        _ => throw Contracts.ExceptParam(nameof(column), $"The column '{column.Name}' is {column.Type}; Single or Double is needed."),
    };

    private static Func<double> Read<TValue>(DataViewRow row, DataViewSchema.Column column)
        where TValue : struct, System.Numerics.IBinaryFloatingPointIeee754<TValue>
    {
        var get = row.GetGetter<TValue>(column);
        var value = TValue.Zero;
        return () =>
        {
            get(ref value);
            return double.CreateTruncating(value);
        };
    }
}
