namespace Microsoft.ML.Data;

/// <summary>A run of consecutive rows of a source.</summary>
internal sealed class RangeDataView(IDataView source, long skip, long take) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount() is { } rows ? Math.Min(Math.Max(0, rows - skip), take) : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(source.GetRowCursor(columnsNeeded), ColumnSelection.Of(Schema, columnsNeeded), skip, take);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded)];

    private sealed class Cursor(DataViewRowCursor input, bool[] active, long skip, long take) : FilterCursor(input, active)
    {
        private long _toSkip = skip;

        public override long Batch => 0;

        protected override bool MoveNextCore()
        {
            if (Position + 1 >= take)
            {
                return false;
            }
            for (; _toSkip > 0; _toSkip--)
            {
                if (!Input.MoveNext())
                {
                    return false;
                }
            }
            return Input.MoveNext();
        }
    }
}
