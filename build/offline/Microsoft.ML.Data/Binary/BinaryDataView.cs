using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A file in the binary format as a data view. Every cursor opens the file anew and holds one block of each active column.</summary>
internal sealed class BinaryDataView : IDataView
{
    private readonly string _path;
    private readonly long _rowCount;
    private readonly IReadOnlyList<BinaryBlocks> _blocks;

    public BinaryDataView(string path, IChannel channel)
    {
        _path = path;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Schema = BinarySchemaReader.Read(stream, channel, out _rowCount, out _blocks);
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _rowCount;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(this, ColumnSelection.Of(Schema, columnsNeeded));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursor
    {
        private readonly BinaryDataView _view;
        private readonly BinaryReader _reader;
        private readonly Delegate[] _getters;

        public Cursor(BinaryDataView view, bool[] active)
        {
            _view = view;
            _reader = new BinaryReader(new FileStream(view._path, FileMode.Open, FileAccess.Read, FileShare.Read), Encoding.UTF8);
            _getters = [.. view.Schema.Select(column => active[column.Index]
                ? RawTypeCall.Invoke<Delegate>(
                    typeof(Cursor), this, column.Type is VectorDataViewType ? nameof(VectorGetter) : nameof(PlainGetter), column.Type.GetItemType().RawType, view._blocks[column.Index])
                : null)];
        }

        public override DataViewSchema Schema => _view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] is not null;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            this.CheckActive(column);
            return Getters.Typed<TValue>(_getters[column.Index], column);
        }

        public override ValueGetter<DataViewRowId> GetIdGetter()
            => (ref DataViewRowId id) =>
            {
                CheckOnRow();
                id = new DataViewRowId((ulong)Position, 0);
            };

        protected override bool MoveNextCore() => Position + 1 < _view._rowCount;

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _reader?.Dispose();
            }
            base.Dispose(disposing);
        }

        private ValueGetter<T> PlainGetter<T>(BinaryBlocks blocks)
        {
            var current = Current<T>(blocks);
            return (ref T value) => value = current();
        }

        private ValueGetter<VBuffer<T>> VectorGetter<T>(BinaryBlocks blocks)
        {
            var current = Current<VBuffer<T>>(blocks);
            return (ref VBuffer<T> value) => current().CopyTo(ref value);
        }

        /// <summary>The value of the current row, from the block that was read last where it is in there.</summary>
        private Func<T> Current<T>(BinaryBlocks blocks)
        {
            var loaded = -1L;
            T[] values = null;
            return () =>
            {
                CheckOnRow();
                var block = Position / blocks.RowsPerBlock;
                if (block != loaded)
                {
                    values = blocks.Read<T>(_reader, block, (int)Math.Min(blocks.RowsPerBlock, _view._rowCount - (block * blocks.RowsPerBlock)));
                    loaded = block;
                }
                return values[Position % blocks.RowsPerBlock];
            };
        }
    }
}
