namespace Microsoft.ML.Loreal.Tests.Contract;

/// <summary>A data view that remembers which columns its last cursor was asked for.</summary>
internal sealed class RecordingView(IDataView source) : IDataView
{
    public IReadOnlySet<string> Asked { get; private set; } = new HashSet<string>();

    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        source.GetRowCursor(Record(columnsNeeded), rand);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        source.GetRowCursorSet(Record(columnsNeeded), n, rand);

    private DataViewSchema.Column[] Record(IEnumerable<DataViewSchema.Column> columns)
    {
        DataViewSchema.Column[] all = [.. columns];
        Asked = all.Select(column => column.Name).ToHashSet();
        return all;
    }
}
