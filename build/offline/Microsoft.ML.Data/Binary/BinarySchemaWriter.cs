using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Writes a binary data view, or a schema as one without rows. Columns and annotations whose types have no binary form are left out.</summary>
internal static class BinarySchemaWriter
{
    // What the format's own writer says of data without rows.
    private const int RowsPerBlock = 1;

    public static void Write(Stream stream, DataViewSchema schema, IChannel channel)
        => Write(stream, schema, channel, RowsPerBlock, static (writer, columns) =>
        {
            // Without rows every table of blocks is empty and lies at the same place.
            var blockTable = Position(writer);
            return (0, [.. columns.Select(_ => blockTable)]);
        });

    /// <param name="writeRows">Writes the blocks of the columns and their tables; gives the number of rows and the position of each column's table.</param>
    public static void Write(
        Stream stream,
        IEnumerable<DataViewSchema.Column> source,
        IChannel channel,
        int rowsPerBlock,
        Func<BinaryWriter, (DataViewSchema.Column Column, ValueCodec Codec)[], (long Rows, long[] BlockTables)> writeRows)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(new byte[BinaryDataHeader.Size]);
        var columns = source.Select(static column => (Column: column, Codec: ValueCodecs.ForTypeOrNull(column.Type))).Where(static pair => pair.Codec is not null).ToArray();

        var (rows, blockTables) = writeRows(writer, columns);
        var annotationTables = columns.Select(pair => WriteAnnotations(writer, pair.Column, channel)).ToArray();
        var tableOfContents = Position(writer);
        for (var index = 0; index < columns.Length; index++)
        {
            var (column, codec) = columns[index];
            writer.Write(column.Name);
            codec.WriteDescription(writer);
            writer.Write((byte)Compression.Deflate);
            writer.Write7BitEncodedInt64(rowsPerBlock);
            writer.Write(blockTables[index]);
            writer.Write(annotationTables[index]);
        }
        var tail = Position(writer);
        writer.Write(BinaryDataHeader.TailSignatureValue);

        var header = new BinaryDataHeader
        {
            Signature = BinaryDataHeader.SignatureValue,
            Version = BinaryDataHeader.WriterVersion,
            CompatibleVersion = BinaryDataHeader.WriterVersion,
            TableOfContentsOffset = tableOfContents,
            TailOffset = tail,
            RowCount = rows,
            ColumnCount = columns.Length,
        };
        writer.Flush();
        stream.Position = 0;
        writer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<BinaryDataHeader>(in header)));
        writer.Flush();
        stream.Position = stream.Length;
    }

    /// <summary>The position of the column's table of annotations, 0 if it has none.</summary>
    private static long WriteAnnotations(BinaryWriter writer, DataViewSchema.Column column, IChannel channel)
    {
        var entries = new List<(string Kind, ValueCodec Codec, Compression Compression, long Offset, long Length)>();
        foreach (var annotation in column.Annotations.Schema)
        {
            if (ValueCodecs.ForTypeOrNull(annotation.Type) is not { } codec)
            {
                channel.Warning(
                    "Could not get codec for type {0}, dropping column '{1}' index {2} metadata kind '{3}'",
                    annotation.Type, column.Name, column.Index, annotation.Name);
                continue;
            }
            var plain = RawTypeCall.Invoke<byte[]>(typeof(BinarySchemaWriter), null, nameof(Block), annotation.Type.RawType, column.Annotations, annotation.Name, codec);
            var deflated = Compression.Deflate.Compress(plain);
            var compression = plain.Length <= deflated.Length ? Compression.None : Compression.Deflate;
            var block = compression == Compression.None ? plain : deflated;
            entries.Add((annotation.Name, codec, compression, Position(writer), block.Length));
            writer.Write(block);
        }
        if (entries.Count == 0)
        {
            return 0;
        }
        var table = Position(writer);
        writer.Write7BitEncodedInt64(entries.Count);
        foreach (var entry in entries)
        {
            writer.Write(entry.Kind);
            entry.Codec.WriteDescription(writer);
            writer.Write((byte)entry.Compression);
            writer.Write(entry.Offset);
            writer.Write7BitEncodedInt64(entry.Length);
        }
        return table;
    }

    private static byte[] Block<T>(DataViewSchema.Annotations annotations, string kind, ValueCodec codec)
    {
        T value = default;
        annotations.GetValue(kind, ref value);
        using var block = new MemoryStream();
        using (var writer = new BinaryWriter(block, Encoding.UTF8, leaveOpen: true))
        {
            ((ValueCodec<T>)codec).Write(writer, new ReadOnlySpan<T>(in value));
        }
        return block.ToArray();
    }

    /// <summary>Where the next byte goes.</summary>
    public static long Position(BinaryWriter writer)
    {
        writer.Flush();
        return writer.BaseStream.Position;
    }
}
