using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A user's objects as rows; every cursor enumerates them anew.</summary>
internal sealed class EnumerableDataView<TRow>(IEnumerable<TRow> data, UserColumn[] columns) : IDataView
    where TRow : class
{
    public bool CanShuffle => false;

    public DataViewSchema Schema { get; } = UserColumn.SchemaOf(columns);

    public long? GetRowCount() => (data as ICollection<TRow>)?.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(Schema, columns, ColumnSelection.Of(Schema, columnsNeeded), data.GetEnumerator());

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursor
    {
        private readonly IEnumerator<TRow> _rows;
        private readonly Delegate[] _getters;

        public Cursor(DataViewSchema schema, UserColumn[] columns, bool[] active, IEnumerator<TRow> rows)
        {
            Schema = schema;
            _rows = rows;
            _getters = [.. columns.Select((column, index) => active[index] ? RowReader.Getter(column, CurrentRow) : null)];
        }

        public override DataViewSchema Schema { get; }

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            Contracts.Check(column.Index < _getters.Length, $"Column index must be between 0 and {_getters.Length}");
            return _getters[column.Index] is not null;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Contracts.CheckParam(IsColumnActive(column), nameof(column), $"requested column '{column.Name}' not active");
            return Getters.Typed<TValue>(_getters[column.Index], column);
        }

        public override ValueGetter<DataViewRowId> GetIdGetter()
            => (ref DataViewRowId id) =>
            {
                CheckOnRow();
                id = new DataViewRowId((ulong)Position, 0);
            };

        protected override bool MoveNextCore()
        {
            if (!_rows.MoveNext())
            {
                return false;
            }
            Contracts.Check(_rows.Current is not null, "Encountered null when iterating over data, this is not supported.");
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _rows.Dispose();
            }
            base.Dispose(disposing);
        }

        private TRow CurrentRow()
        {
            CheckOnRow();
            return _rows.Current;
        }
    }
}
