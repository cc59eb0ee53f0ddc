namespace Microsoft.ML.Loreal.Scoring;

/// <summary>A data view with the two added columns. Nothing is read or scored before a cursor asks for it.</summary>
internal sealed class ScoredView(IScorer scorer, IDataView input) : IDataView
{
    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema { get; } = OutputColumns.Append(input.Schema, scorer);

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ScoringColumns columns = Columns(columnsNeeded);
        return Cursor(input.GetRowCursor(columns.Dependencies, rand), columns);
    }

    /// <summary>
    /// Where rows are scored the set is one cursor: it already uses all processors, for decoding and inside the tensor library.
    /// </summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        ScoringColumns columns = Columns(columnsNeeded);
        return columns.Scoring
            ? [Cursor(input.GetRowCursor(columns.Dependencies, rand), columns)]
            : [.. input.GetRowCursorSet(columns.Dependencies, n, rand).Select(cursor => Cursor(cursor, columns))];
    }

    private ScoringColumns Columns(IEnumerable<DataViewSchema.Column> needed) =>
        new(input.Schema, Schema, scorer.Settings.ImageColumnName, needed);

    private DataViewRowCursor Cursor(DataViewRowCursor rows, ScoringColumns columns) =>
        columns.Scoring && columns.PassedThrough.All(column => BufferedColumn.CanKeep(column.Type))
            ? new ReadAheadCursor(rows, columns, scorer)
            : new RowAtATimeCursor(rows, columns, scorer);
}
