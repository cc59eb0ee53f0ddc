namespace Microsoft.ML.Data;

/// <summary>The lazy data that a row mapping makes of a source.</summary>
internal sealed class MappedDataView(IDataView source, RowMapping mapping) : IDataView
{
    public DataViewSchema Schema => mapping.OutputSchema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var needed = columnsNeeded.ToArray();
        return mapping.GetCursor(source.GetRowCursor(mapping.GetDependencies(needed), rand), needed);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var needed = columnsNeeded.ToArray();
        return Array.ConvertAll(source.GetRowCursorSet(mapping.GetDependencies(needed), n, rand), cursor => mapping.GetCursor(cursor, needed));
    }
}
