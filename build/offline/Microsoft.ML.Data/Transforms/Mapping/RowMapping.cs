using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>An <see cref="IRowMapper"/> bound to a schema: passes the input's columns on and adds the mapper's.</summary>
internal sealed class RowMapping(DataViewSchema inputSchema, IRowMapper mapper) : IRowToRowMapper
{
    private readonly ColumnBindings _bindings = new(inputSchema, mapper.GetOutputColumns());

    public DataViewSchema InputSchema => _bindings.InputSchema;

    public DataViewSchema OutputSchema => _bindings.Schema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = new bool[InputSchema.Count];
        var added = new HashSet<int>();
        foreach (var column in dependingColumns)
        {
            if (_bindings.IsFromInput(column.Index, out var index))
            {
                needed[index] = true;
            }
            else
            {
                added.Add(index);
            }
        }
        var read = mapper.GetDependencies(added.Contains);
        return InputSchema.Where(column => needed[column.Index] || read(column.Index)).ToArray();
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Contracts.CheckValue(input, nameof(input));
        Contracts.CheckValue(activeColumns, nameof(activeColumns));
        Contracts.Check(input.Schema == InputSchema, "Schema of input row must be the same as the schema the mapper is bound to");
        return new MappedRow(input, new ActiveGetters(this, input, activeColumns));
    }

    public DataViewRowCursor GetCursor(DataViewRowCursor input, IEnumerable<DataViewSchema.Column> activeColumns)
        => new MappedCursor(input, new ActiveGetters(this, input, activeColumns));

    /// <summary>The getters of one row or cursor.</summary>
    private sealed class ActiveGetters
    {
        private readonly RowMapping _mapping;
        private readonly DataViewRow _input;
        private readonly bool[] _active;
        private readonly Delegate[] _getters;
        private readonly Action _disposer;

        public ActiveGetters(RowMapping mapping, DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        {
            _mapping = mapping;
            _input = input;
            _active = new bool[mapping.OutputSchema.Count];
            var added = new HashSet<int>();
            foreach (var column in activeColumns)
            {
                _active[column.Index] = true;
                if (!mapping._bindings.IsFromInput(column.Index, out var index))
                {
                    added.Add(index);
                }
            }
            _getters = mapping.Mapper.CreateGetters(input, added.Contains, out _disposer);
        }

        public DataViewSchema Schema => _mapping.OutputSchema;

        public bool IsActive(DataViewSchema.Column column) => column.Index < _active.Length && _active[column.Index];

        public ValueGetter<TValue> Getter<TValue>(DataViewSchema.Column column)
        {
            if (!IsActive(column))
            {
                throw Contracts.ExceptParam(nameof(column), $"The column '{column.Name}' is not active.");
            }
            if (_mapping._bindings.IsFromInput(column.Index, out var index))
            {
                return _input.GetGetter<TValue>(_input.Schema[index]);
            }
            return _getters[index] as ValueGetter<TValue>
                ?? throw Contracts.Except($"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{column.Type.RawType}'.");
        }

        public void Dispose() => _disposer?.Invoke();
    }

    private IRowMapper Mapper => mapper;

    private sealed class MappedRow(DataViewRow input, ActiveGetters getters) : DataViewRow
    {
        public override DataViewSchema Schema => getters.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => getters.IsActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => getters.Getter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                getters.Dispose();
                input.Dispose();
            }
            base.Dispose(disposing);
        }
    }

    private sealed class MappedCursor(DataViewRowCursor input, ActiveGetters getters) : DataViewRowCursor
    {
        public override DataViewSchema Schema => getters.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool MoveNext() => input.MoveNext();

        public override bool IsColumnActive(DataViewSchema.Column column) => getters.IsActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => getters.Getter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                getters.Dispose();
                input.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
