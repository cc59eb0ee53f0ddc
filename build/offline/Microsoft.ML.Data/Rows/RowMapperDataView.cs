using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A source with the columns that a row mapper adds, computed when a cursor reads them.</summary>
internal sealed class RowMapperDataView(IDataView source, IRowMapper mapper) : IDataView, IRowToRowMapper
{
    private readonly AddedColumns _columns = new(source.Schema, mapper.GetOutputColumns());

    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => _columns.Output;

    public DataViewSchema InputSchema => _columns.Input;

    public DataViewSchema OutputSchema => _columns.Output;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = ColumnSelection.Of(Schema, columnsNeeded);
        return new Cursor(source.GetRowCursor(_columns.ActiveInput(active, mapper), rand), _columns, mapper, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var active = ColumnSelection.Of(Schema, columnsNeeded);
        var inputs = source.GetRowCursorSet(_columns.ActiveInput(active, mapper), n, rand);
        return Array.ConvertAll(inputs, DataViewRowCursor (input) => new Cursor(input, _columns, mapper, active));
    }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        => _columns.ActiveInput(ColumnSelection.Of(Schema, dependingColumns), mapper);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Contracts.CheckValue(input, nameof(input));
        Contracts.Check(input.Schema == InputSchema, "Schema of input row must be the same as the schema the mapper is bound to");
        return new Row(input, _columns, mapper, ColumnSelection.Of(Schema, activeColumns));
    }

    private sealed class Values
    {
        private readonly AddedColumns _columns;
        private readonly DataViewRow _input;
        private readonly Delegate[] _getters;
        private readonly Action _disposer;

        public Values(DataViewRow input, AddedColumns columns, IRowMapper mapper, bool[] active)
        {
            _columns = columns;
            _input = input;
            _getters = mapper.CreateGetters(input, columns.ActiveAdded(active), out _disposer);
        }

        public bool IsActiveInRow(DataViewSchema.Column column)
            => _columns.IsInput(column, out var index) ? _input.IsColumnActive(_input.Schema[index]) : _getters[index] is not null;

        public ValueGetter<TValue> Getter<TValue>(DataViewSchema.Column column)
            => _columns.IsInput(column, out var index) ? _input.GetGetter<TValue>(_input.Schema[index]) : Getters.Typed<TValue>(_getters[index], column);

        public void Dispose() => _disposer?.Invoke();
    }

    private sealed class Cursor : SynchronizedCursor
    {
        private readonly Values _values;
        private readonly bool[] _active;

        public Cursor(DataViewRowCursor input, AddedColumns columns, IRowMapper mapper, bool[] active)
            : base(input)
        {
            Schema = columns.Output;
            _active = active;
            _values = new Values(input, columns, mapper, active);
        }

        public override DataViewSchema Schema { get; }

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            this.CheckActive(column);
            return _values.Getter<TValue>(column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _values.Dispose();
            }
            base.Dispose(disposing);
        }
    }

    private sealed class Row : DataViewRow
    {
        private readonly DataViewRow _input;
        private readonly Values _values;

        public Row(DataViewRow input, AddedColumns columns, IRowMapper mapper, bool[] active)
        {
            _input = input;
            Schema = columns.Output;
            _values = new Values(input, columns, mapper, active);
        }

        public override DataViewSchema Schema { get; }

        public override long Position => _input.Position;

        public override long Batch => _input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => _values.IsActiveInRow(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            this.CheckActive(column);
            return _values.Getter<TValue>(column);
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _values.Dispose();
                _input.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
