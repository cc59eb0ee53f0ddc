using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// Rows in random order: a queue of rows is kept full, and each step takes a random one of it, whose place the first one takes.
/// Every cursor without a generator of its own repeats the same order.
/// </summary>
internal sealed class ShuffledDataView(IDataView source, int seed, int poolSize, bool shuffleSource) : IDataView
{
    public bool CanShuffle => true;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var random = rand ?? new SeededRandom(seed);
        // Drawn even if the source cannot use it: the order of the rows must not depend on that.
        var sourceRandom = shuffleSource ? new SeededRandom(random) : null;
        var input = source.GetRowCursor(columnsNeeded, source.CanShuffle ? sourceRandom : null);
        return poolSize == 1 ? input : new Cursor(input, ColumnSelection.Of(Schema, columnsNeeded), random, poolSize);
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

        // A ring of buffer slots, with one more than the queue needs for the row that the cursor is on.
        private readonly int[] _slots;
        private readonly DataViewRowId[] _ids;
        private int _first;
        private int _queued;

        public Cursor(DataViewRowCursor input, bool[] active, Random random, int poolSize)
        {
            _input = input;
            _random = random;
            _buffers = [.. input.Schema.Select(column => active[column.Index] ? ColumnBuffer.Create(column) : null)];
            _stores = [.. input.Schema.Where(column => active[column.Index]).Select(column => _buffers[column.Index].Store(input, column))];
            _inputId = input.GetIdGetter();
            _slots = [.. Enumerable.Range(0, poolSize + 1)];
            _ids = new DataViewRowId[poolSize + 1];
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
            if (Position >= 0)
            {
                _first = (_first + 1) % _slots.Length;
                _queued--;
            }
            for (; _queued < _slots.Length - 1 && _input.MoveNext(); _queued++)
            {
                Store(_slots[(_first + _queued) % _slots.Length]);
            }
            if (_queued == 0)
            {
                return false;
            }
            var chosen = (_first + _random.Next(_queued)) % _slots.Length;
            (_slots[_first], _slots[chosen]) = (_slots[chosen], _slots[_first]);
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

        private void Store(int slot)
        {
            foreach (var store in _stores)
            {
                store(slot);
            }
            _inputId(ref _ids[slot]);
        }

        private int Slot()
        {
            CheckOnRow();
            return _slots[_first];
        }
    }
}
