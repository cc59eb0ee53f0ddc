using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// Reads each column of its source once, when it is first asked for, and serves it from memory. Columns of types that are
/// neither primitive nor vectors, such as images, cannot be kept and are left out of the schema.
/// </summary>
internal sealed class CacheDataView : IDataView
{
    private readonly Lock _gate = new();
    private readonly IDataView _source;
    private readonly DataViewSchema.Column[] _sourceColumns;
    private readonly ColumnBuffer[] _buffers;
    private readonly List<DataViewRowId> _ids = [];
    private int? _rowCount;

    public CacheDataView(IDataView source)
    {
        _source = source;
        _sourceColumns = [.. source.Schema.Where(static column => column.Type is PrimitiveDataViewType or VectorDataViewType)];
        _buffers = new ColumnBuffer[_sourceColumns.Length];
        Schema = _sourceColumns.Length == source.Schema.Count ? source.Schema : SchemaOf(_sourceColumns);
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _rowCount ?? _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = ColumnSelection.Of(Schema, columnsNeeded);
        Fill(active);
        return new Cursor(this, active, rand is null ? null : Permutation(rand, _rowCount.Value));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    public void Fill(bool[] active)
    {
        lock (_gate)
        {
            var missing = Enumerable.Range(0, active.Length).Where(index => active[index] && _buffers[index] is null).ToArray();
            if (missing.Length == 0 && _rowCount is not null)
            {
                return;
            }
            using var cursor = _source.GetRowCursor(missing.Select(index => _sourceColumns[index]));
            var fresh = Array.ConvertAll(missing, index => ColumnBuffer.Create(_sourceColumns[index]));
            var stores = fresh.Select((buffer, order) => buffer.Store(cursor, _sourceColumns[missing[order]])).ToArray();
            var ids = _rowCount is null ? cursor.GetIdGetter() : null;
            var rows = 0;
            for (; cursor.MoveNext(); rows++)
            {
                foreach (var store in stores)
                {
                    store(rows);
                }
                if (ids is not null)
                {
                    var id = default(DataViewRowId);
                    ids(ref id);
                    _ids.Add(id);
                }
            }
            Contracts.Check(_rowCount is null || _rowCount == rows, $"The source of the cache had {_rowCount} rows at first and has {rows} now.");
            _rowCount = rows;
            for (var order = 0; order < missing.Length; order++)
            {
                _buffers[missing[order]] = fresh[order];
            }
        }
    }

    private static DataViewSchema SchemaOf(IEnumerable<DataViewSchema.Column> columns)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(columns);
        return builder.ToSchema();
    }

    private static int[] Permutation(Random random, int count)
    {
        var permutation = Enumerable.Range(0, count).ToArray();
        for (var index = 0; index < count; index++)
        {
            var other = index + random.Next(count - index);
            (permutation[index], permutation[other]) = (permutation[other], permutation[index]);
        }
        return permutation;
    }

    private sealed class Cursor(CacheDataView cache, bool[] active, int[] permutation) : RootCursor
    {
        public override DataViewSchema Schema => cache.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            this.CheckActive(column);
            return Getters.Typed<TValue>(cache._buffers[column.Index].Getter(Slot), column);
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = cache._ids[Slot()];

        protected override bool MoveNextCore() => Position + 1 < cache._rowCount;

        private int Slot()
        {
            CheckOnRow();
            return permutation is null ? (int)Position : permutation[(int)Position];
        }
    }
}
