namespace Microsoft.ML.Data;

internal static class ConcatenatedValues
{
    public static ValueGetter<VBuffer<TItem>> Getter<TItem>(DataViewRow row, DataViewSchema.Column[] sources)
    {
        var reads = Array.ConvertAll(sources, source => Read<TItem>(row, source));
        var parts = new VBuffer<TItem>[reads.Length];
        return (ref VBuffer<TItem> value) =>
        {
            var length = 0;
            for (var index = 0; index < parts.Length; index++)
            {
                reads[index](ref parts[index]);
                length += parts[index].Length;
            }
            var editor = VBufferEditor.Create(ref value, length);
            var start = 0;
            foreach (var part in parts)
            {
                part.CopyTo(editor.Values, start);
                start += part.Length;
            }
            value = editor.Commit();
        };
    }

    private static ValueGetter<VBuffer<TItem>> Read<TItem>(DataViewRow row, DataViewSchema.Column source)
    {
        if (source.Type is VectorDataViewType)
        {
            return row.GetGetter<VBuffer<TItem>>(source);
        }
        var get = row.GetGetter<TItem>(source);
        return (ref VBuffer<TItem> value) =>
        {
            var editor = VBufferEditor.Create(ref value, 1);
            get(ref editor.Values[0]);
            value = editor.Commit();
        };
    }
}
