namespace Microsoft.ML.Data;

/// <summary>Writes the rows of a data view as blocks, one after the other for each column, and then the tables that tell where they are.</summary>
internal static class BinaryRowsWriter
{
    public const int RowsPerBlock = 1000;

    public static (long Rows, long[] BlockTables) Write(BinaryWriter writer, IDataView data, (DataViewSchema.Column Column, ValueCodec Codec)[] columns)
    {
        var rows = 0L;
        ColumnBlock[] blocks;
        using (var cursor = data.GetRowCursor(columns.Select(static pair => pair.Column)))
        {
            blocks = [.. columns.Select(pair => RawTypeCall.Invoke<ColumnBlock>(typeof(BinaryRowsWriter), null, nameof(Create), pair.Column.Type.RawType, cursor, pair.Column, pair.Codec))];
            while (cursor.MoveNext())
            {
                var slot = (int)(rows++ % RowsPerBlock);
                foreach (var block in blocks)
                {
                    block.Keep(slot);
                }
                if (slot == RowsPerBlock - 1)
                {
                    Flush(RowsPerBlock);
                }
            }
        }
        if (rows % RowsPerBlock is > 0 and var rest)
        {
            Flush((int)rest);
        }
        return (rows, [.. blocks.Select(block => block.WriteTable(writer))]);

        void Flush(int count)
        {
            foreach (var block in blocks)
            {
                block.Write(writer, count);
            }
        }
    }

    private static ColumnBlock Create<T>(DataViewRow row, DataViewSchema.Column column, ValueCodec codec) => new ColumnBlock<T>(row.GetGetter<T>(column), (ValueCodec<T>)codec);

    private abstract class ColumnBlock
    {
        private readonly List<(long Offset, int Length, int Inflated)> _table = [];

        public abstract void Keep(int slot);

        public void Write(BinaryWriter writer, int count)
        {
            using var plain = new MemoryStream();
            using (var values = new BinaryWriter(plain, System.Text.Encoding.UTF8, leaveOpen: true))
            {
                Encode(values, count);
            }
            var compressed = Compression.Deflate.Compress(plain.ToArray());
            _table.Add((BinarySchemaWriter.Position(writer), compressed.Length, (int)plain.Length));
            writer.Write(compressed);
        }

        public long WriteTable(BinaryWriter writer)
        {
            var position = BinarySchemaWriter.Position(writer);
            foreach (var (offset, length, inflated) in _table)
            {
                writer.Write(offset);
                writer.Write(length);
                writer.Write(inflated);
            }
            return position;
        }

        protected abstract void Encode(BinaryWriter writer, int count);
    }

    private sealed class ColumnBlock<T>(ValueGetter<T> getter, ValueCodec<T> codec) : ColumnBlock
    {
        private readonly T[] _values = new T[RowsPerBlock];

        public override void Keep(int slot)
        {
            // A fresh value: a getter may reuse what it is given, and another slot may hold it.
            var value = default(T);
            getter(ref value);
            _values[slot] = value;
        }

        protected override void Encode(BinaryWriter writer, int count) => codec.Write(writer, _values.AsSpan(0, count));
    }
}
