namespace Microsoft.ML.Data;

/// <summary>Values of a column of any type, each in an object of its own.</summary>
internal static class BoxedValues
{
    public static Func<object> Of(DataViewRow row, DataViewSchema.Column column)
        => (Func<object>)GenericDelegates.InvokeStatic(typeof(BoxedValues), nameof(Read), [column.Type.RawType], row, column);

    private static Func<object> Read<TValue>(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<TValue>(column);
        return () =>
        {
            // A fresh value, so that vectors and images of several rows do not share memory.
            var value = default(TValue);
            get(ref value);
            return value;
        };
    }
}
