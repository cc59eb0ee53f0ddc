using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Reads the schema of a binary data view; columns and annotations of unknown types are left out with a warning.</summary>
internal sealed class BinarySchemaReader
{
    private readonly BinaryReader _reader;
    private readonly IChannel _channel;
    private readonly BinaryDataHeader _header;
    private readonly List<BinaryBlocks> _blocks = [];

    private BinarySchemaReader(Stream stream, IChannel channel)
    {
        _reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        _channel = channel;
        _header = MemoryMarshal.Read<BinaryDataHeader>(Decoding.ReadExactly(_reader, BinaryDataHeader.Size, "header of the binary data"));
        Decoding.Check(_header.Signature == BinaryDataHeader.SignatureValue, "This does not appear to be a binary dataview file");
        Decoding.Check(
            _header.CompatibleVersion is >= BinaryDataHeader.OldestReadableVersion and <= BinaryDataHeader.WriterVersion,
            $"Cannot read version 0x{_header.CompatibleVersion:X16} data.");
        Decoding.Check(_header.ColumnCount >= 0 && _header.RowCount >= 0, "The binary data has a negative number of columns or rows.");
        Decoding.Check(IsInside(_header.TailOffset, stream.Length - sizeof(ulong)), "The tail of the binary data lies outside of the file.");
        stream.Position = _header.TailOffset;
        Decoding.Check(_reader.ReadUInt64() == BinaryDataHeader.TailSignatureValue, "Incorrect tail signature");
    }

    public static DataViewSchema Read(Stream stream, IChannel channel) => Read(stream, channel, out _, out _);

    /// <summary>Reads the schema, and for each of its columns where the rows are.</summary>
    public static DataViewSchema Read(Stream stream, IChannel channel, out long rowCount, out IReadOnlyList<BinaryBlocks> blocks)
    {
        try
        {
            var reader = new BinarySchemaReader(stream, channel);
            rowCount = reader._header.RowCount;
            blocks = reader._blocks;
            return reader.ReadColumns();
        }
        catch (Exception problem) when (problem is EndOfStreamException or InvalidDataException or DecoderFallbackException)
        {
            throw new FormatException("The binary data is damaged: " + problem.Message, problem);
        }
    }

    private DataViewSchema ReadColumns()
    {
        var builder = new DataViewSchema.Builder();
        Seek(_header.ColumnCount == 0 ? BinaryDataHeader.Size : _header.TableOfContentsOffset, "table of contents");
        for (var index = 0; index < _header.ColumnCount; index++)
        {
            var name = _reader.ReadString();
            var codec = ValueCodecs.ReadDescriptionOrNull(_reader);
            var compression = (Compression)_reader.ReadByte();
            var rowsPerBlock = _reader.Read7BitEncodedInt64();
            Decoding.Check(rowsPerBlock > 0 || (rowsPerBlock == 0 && _header.RowCount == 0), $"Bad number of rows per block {rowsPerBlock} read");
            var blockTable = _reader.ReadInt64();
            var annotationTable = _reader.ReadInt64();
            if (codec is null || !Enum.IsDefined(compression))
            {
                _channel.Warning("Cannot interpret column '{0}' at index {1}", name, index);
                continue;
            }
            Decoding.Check(name.Length > 0, $"The column {index} has no name.");
            var next = _reader.BaseStream.Position;
            builder.AddColumn(name, codec.Type, annotationTable == 0 ? null : ReadAnnotations(name, annotationTable));
            _blocks.Add(new BinaryBlocks(codec, compression, rowsPerBlock, blockTable));
            _reader.BaseStream.Position = next;
        }
        return builder.ToSchema();
    }

    private DataViewSchema.Annotations ReadAnnotations(string column, long table)
    {
        Seek(table, $"table of annotations of column '{column}'");
        var count = _reader.Read7BitEncodedInt64();
        Decoding.Check(count > 0 && count <= _header.TailOffset, $"Column '{column}' cannot have {count} annotations.");
        var builder = new DataViewSchema.Annotations.Builder();
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0L; index < count; index++)
        {
            var kind = _reader.ReadString();
            Decoding.Check(kind.Length > 0 && kinds.Add(kind), $"Column '{column}' has an annotation without a name, or one twice.");
            var codec = ValueCodecs.ReadDescriptionOrNull(_reader);
            var compression = (Compression)_reader.ReadByte();
            var offset = _reader.ReadInt64();
            var length = _reader.Read7BitEncodedInt64();
            Decoding.Check(length > 0 && IsInside(offset, _header.TailOffset - length), $"The annotation '{kind}' of column '{column}' lies outside of the file.");
            if (codec is null || !Enum.IsDefined(compression))
            {
                _channel.Warning("Cannot interpret metadata of kind '{0}'", kind);
                continue;
            }
            var next = _reader.BaseStream.Position;
            _reader.BaseStream.Position = offset;
            var block = compression.Decompress(Decoding.ReadExactly(_reader, length, $"annotation '{kind}'"));
            _reader.BaseStream.Position = next;
            var add = codec.Type is VectorDataViewType ? nameof(AddVector) : nameof(AddScalar);
            RawTypeCall.Invoke<object>(typeof(BinarySchemaReader), null, add, codec.Type.GetItemType().RawType, builder, kind, codec, block);
        }
        return builder.ToAnnotations();
    }

    private static object AddScalar<T>(DataViewSchema.Annotations.Builder builder, string kind, ValueCodec codec, byte[] block)
    {
        var value = Decode<T>(codec, block);
        builder.Add<T>(kind, codec.Type, (ref T destination) => destination = value);
        return null;
    }

    private static object AddVector<T>(DataViewSchema.Annotations.Builder builder, string kind, ValueCodec codec, byte[] block)
    {
        // The arrays belong to the annotation; whoever reads it gets a copy.
        var value = Decode<VBuffer<T>>(codec, block);
        builder.Add<VBuffer<T>>(kind, codec.Type, (ref VBuffer<T> destination) => value.CopyTo(ref destination));
        return null;
    }

    private static T Decode<T>(ValueCodec codec, byte[] block)
    {
        using var reader = new BinaryReader(new MemoryStream(block), Encoding.UTF8);
        return ((ValueCodec<T>)codec).Read(reader, 1)[0];
    }

    private void Seek(long position, string what)
    {
        Decoding.Check(IsInside(position, _header.TailOffset), $"The {what} lies outside of the file.");
        _reader.BaseStream.Position = position;
    }

    private static bool IsInside(long position, long limit) => position >= BinaryDataHeader.Size && position <= limit;
}
