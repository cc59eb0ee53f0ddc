using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Some columns of a source, in an order of their own.</summary>
internal sealed class SelectedColumnsDataView : IDataView, IRowToRowMapper
{
    private readonly IDataView _source;
    private readonly int[] _origins;

    /// <param name="source">Where the rows come from.</param>
    /// <param name="origins">The source's index of each column.</param>
    public SelectedColumnsDataView(IDataView source, int[] origins)
    {
        _source = source;
        _origins = origins;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(origins.Select(origin => source.Schema[origin]));
        Schema = builder.ToSchema();
    }

    /// <summary>The columns whose values can be kept: images, for instance, cannot, and are left out.</summary>
    public static IDataView Cacheable(IDataView source)
    {
        int[] origins = [.. source.Schema.Where(static column => column.Type is PrimitiveDataViewType or VectorDataViewType).Select(static column => column.Index)];
        return origins.Length == source.Schema.Count ? source : new SelectedColumnsDataView(source, origins);
    }

    public bool CanShuffle => _source.CanShuffle;

    public DataViewSchema Schema { get; }

    public DataViewSchema InputSchema => _source.Schema;

    public DataViewSchema OutputSchema => Schema;

    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = ColumnSelection.Of(Schema, columnsNeeded);
        return new Cursor(_source.GetRowCursor(Origins(active), rand), this, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var active = ColumnSelection.Of(Schema, columnsNeeded);
        return Array.ConvertAll(_source.GetRowCursorSet(Origins(active), n, rand), DataViewRowCursor (input) => new Cursor(input, this, active));
    }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        => Origins(ColumnSelection.Of(Schema, dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Contracts.CheckValue(input, nameof(input));
        Contracts.Check(input.Schema == InputSchema, "Schema of input row must be the same as the schema the mapper is bound to");
        return new Row(input, this, ColumnSelection.Of(Schema, activeColumns));
    }

    private IEnumerable<DataViewSchema.Column> Origins(bool[] active)
        => [.. _origins.Where((_, index) => active[index]).Distinct().Select(origin => InputSchema[origin])];

    private DataViewSchema.Column Origin(DataViewSchema.Column column) => InputSchema[_origins[column.Index]];

    private sealed class Cursor(DataViewRowCursor input, SelectedColumnsDataView parent, bool[] active) : SynchronizedCursor(input)
    {
        public override DataViewSchema Schema => parent.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            this.CheckActive(column);
            return Input.GetGetter<TValue>(parent.Origin(column));
        }
    }

    private sealed class Row(DataViewRow input, SelectedColumnsDataView parent, bool[] active) : DataViewRow
    {
        public override DataViewSchema Schema => parent.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            this.CheckActive(column);
            return input.GetGetter<TValue>(parent.Origin(column));
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                input.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
