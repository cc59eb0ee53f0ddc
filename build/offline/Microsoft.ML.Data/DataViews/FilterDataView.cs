namespace Microsoft.ML.Data;

/// <summary>The rows of a source that a predicate accepts; the predicate may need columns that nobody else asked for.</summary>
internal sealed class FilterDataView(
    IDataView source, IEnumerable<DataViewSchema.Column> testedColumns, Func<DataViewRowCursor, Func<bool>> makePredicate) : IDataView
{
    private readonly DataViewSchema.Column[] _testedColumns = [.. testedColumns];

    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = ColumnSelection.Of(Schema, columnsNeeded);
        return new Cursor(source.GetRowCursor(Needed(active), rand), active, makePredicate);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var active = ColumnSelection.Of(Schema, columnsNeeded);
        return Array.ConvertAll(
            source.GetRowCursorSet(Needed(active), n, rand), DataViewRowCursor (input) => new Cursor(input, active, makePredicate));
    }

    private IEnumerable<DataViewSchema.Column> Needed(bool[] active)
        => Schema.Where(column => active[column.Index] || _testedColumns.Any(tested => tested.Index == column.Index));

    private sealed class Cursor(DataViewRowCursor input, bool[] active, Func<DataViewRowCursor, Func<bool>> makePredicate) : FilterCursor(input, active)
    {
        private readonly Func<bool> _accept = makePredicate(input);

        protected override bool MoveNextCore()
        {
            while (Input.MoveNext())
            {
                if (_accept())
                {
                    return true;
                }
            }
            return false;
        }
    }
}
