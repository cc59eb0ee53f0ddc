using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// Rows in random order: a pool of rows is kept, each step gives a random one and refills its place from the source. Every
/// cursor without a generator of its own repeats the same order.
/// </summary>
internal sealed class ShuffledDataView(IDataView source, SeededRandom start, int poolSize, bool shuffleSource) : IDataView
{
    public bool CanShuffle => true;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var random = rand ?? start.Clone();
        var sourceRandom = shuffleSource && source.CanShuffle ? new SeededRandom(random) : null;
        return new Cursor(source.GetRowCursor(columnsNeeded, sourceRandom), ColumnSelection.Of(Schema, columnsNeeded), random, poolSize);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursor
    {
        private readonly DataViewRowCursor _input;
        private readonly Random _random;
        private readonly ColumnBuffer[] _buffers;
        private readonly Action<int>[] _stores;
        private readonly ValueGetter<DataViewRowId> _inputId;
        private readonly DataViewRowId[] _ids;
        private readonly int[] _pool;
        private int _filled;
        private int _last = -1;

        public Cursor(DataViewRowCursor input, bool[] active, Random random, int poolSize)
        {
            _input = input;
            _random = random;
            _buffers = [.. input.Schema.Select(column => active[column.Index] ? ColumnBuffer.Create(column) : null)];
            _stores = [.. input.Schema.Where(column => active[column.Index]).Select(column => _buffers[column.Index].Store(input, column))];
            _inputId = input.GetIdGetter();
            // The row that was given last keeps its slot until the next one is chosen.
            _ids = new DataViewRowId[poolSize + 1];
            _pool = [.. Enumerable.Range(0, poolSize + 1)];
        }

        public override DataViewSchema Schema => _input.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => _buffers[column.Index] is not null;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            this.CheckActive(column);
            return Getters.Typed<TValue>(_buffers[column.Index].Getter(Slot), column);
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[Slot()];

        protected override bool MoveNextCore()
        {
            while (_filled < _pool.Length - 1 && _input.MoveNext())
            {
                var slot = _pool[_filled++];
                foreach (var store in _stores)
                {
                    store(slot);
                }
                _inputId(ref _ids[slot]);
            }
            if (_filled == 0)
            {
                return false;
            }
            var chosen = _random.Next(_filled);
            _last = _pool[chosen];
            _filled--;
            _pool[chosen] = _pool[_filled];
            // The chosen slot goes behind all free ones, so that refilling takes it last.
            Array.Copy(_pool, _filled + 1, _pool, _filled, _pool.Length - _filled - 1);
            _pool[^1] = _last;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _input.Dispose();
            }
            base.Dispose(disposing);
        }

        private int Slot()
        {
            CheckOnRow();
            return _last;
        }
    }
}
