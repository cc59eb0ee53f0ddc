namespace Microsoft.ML.Data;

/// <summary>Where a column's rows are in a binary data view: blocks of a fixed number of rows, and a table of their offsets, lengths and inflated lengths.</summary>
internal sealed record BinaryBlocks(ValueCodec Codec, Compression Compression, long RowsPerBlock, long TableOffset)
{
    private const int TableEntrySize = 16;

    /// <summary>Reads a block's values.</summary>
    public T[] Read<T>(BinaryReader reader, long block, int rows)
    {
        try
        {
            Decoding.Check(TableOffset > 0 && TableOffset + ((block + 1) * TableEntrySize) <= reader.BaseStream.Length, "A table of blocks lies outside of the file.");
            reader.BaseStream.Position = TableOffset + (block * TableEntrySize);
            var offset = reader.ReadInt64();
            var length = reader.ReadInt32();
            var inflated = reader.ReadInt32();
            Decoding.Check(offset > 0 && length >= 0 && offset <= reader.BaseStream.Length - length, "A block lies outside of the file.");
            reader.BaseStream.Position = offset;
            var plain = Compression.Decompress(Decoding.ReadExactly(reader, length, "block"));
            Decoding.Check(plain.Length == inflated, $"A block has {plain.Length} bytes; its table says {inflated}.");
            using var values = new BinaryReader(new MemoryStream(plain));
            return ((ValueCodec<T>)Codec).Read(values, rows);
        }
        catch (Exception problem) when (problem is EndOfStreamException or InvalidDataException)
        {
            throw new FormatException("The binary data is damaged: " + problem.Message, problem);
        }
    }
}
