using System.Globalization;

namespace Microsoft.ML.Data;

/// <summary>Values of a column of any type as invariant text.</summary>
internal static class PrintedValues
{
    public static Func<string> Of(DataViewRow row, DataViewSchema.Column column)
        => column.Type is VectorDataViewType vector
            ? (Func<string>)GenericDelegates.InvokeStatic(typeof(PrintedValues), nameof(Vector), [vector.ItemType.RawType], row, column)
            : (Func<string>)GenericDelegates.InvokeStatic(typeof(PrintedValues), nameof(Scalar), [column.Type.RawType], row, column);

    private static Func<string> Scalar<TValue>(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<TValue>(column);
        var value = default(TValue);
        return () =>
        {
            get(ref value);
            return Print(value);
        };
    }

    private static Func<string> Vector<TItem>(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<VBuffer<TItem>>(column);
        var value = default(VBuffer<TItem>);
        return () =>
        {
            get(ref value);
            return string.Join('\n', value.DenseValues().Select(Print));
        };
    }

    private static string Print<TValue>(TValue value) => Convert.ToString(value, CultureInfo.InvariantCulture);
}
