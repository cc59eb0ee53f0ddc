using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>A safetensors file: its header is checked when it is opened, its tensors are read when they are asked for.</summary>
internal sealed partial class SafetensorsFile : IDisposable
{
    private const int BlockBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly SafetensorsHeader _header;
    private readonly string _description;

    private SafetensorsFile(Stream stream, string description)
    {
        _stream = stream;
        _description = description;
        _header = SafetensorsHeader.Read(stream, description);
    }

    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors => _header.Tensors;

    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">The file is not a valid safetensors file.</exception>
    public static SafetensorsFile Read(string path) =>
        Read(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1), $"'{path}'");

    /// <summary>Opens a stream and takes it over. One that cannot seek is copied to memory first.</summary>
    /// <exception cref="InvalidDataException">The stream does not hold a valid safetensors file.</exception>
    public static SafetensorsFile Read(Stream stream, string description)
    {
        try
        {
            if (!stream.CanSeek)
            {
                using Stream source = stream;
                stream = new MemoryStream();
                source.CopyTo(stream);
            }

            return new SafetensorsFile(stream, description);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public SafetensorsEntry Entry(string name) => Tensors.TryGetValue(name, out SafetensorsEntry? entry)
        ? entry
        : throw new InvalidDataException($"{_description} has no tensor '{name}'.");

    /// <summary>Reads a tensor's elements as single-precision numbers, whatever their type.</summary>
    public float[] ReadSingles(string name)
    {
        float[] values = new float[Entry(name).Length / SafetensorsEntry.Width(Entry(name).Type)];
        ReadSingles(name, values);
        return values;
    }

    /// <summary>Reads a tensor's elements as single-precision numbers, whatever their type.</summary>
    public void ReadSingles(string name, Span<float> destination)
    {
        SafetensorsEntry entry = Entry(name);
        if (entry.Type == SafetensorsType.F32 && BitConverter.IsLittleEndian)
        {
            ReadBytes(entry, MemoryMarshal.AsBytes(destination));
            return;
        }

        int width = SafetensorsEntry.Width(entry.Type);
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            Seek(entry);
            for (long left = entry.Length; left > 0;)
            {
                Span<byte> bytes = block.AsSpan(0, (int)Math.Min(left, BlockBytes));
                ReadExactly(entry, bytes);
                Convert(entry.Type, bytes, destination);
                destination = destination[(bytes.Length / width)..];
                left -= bytes.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    public void Dispose() => _stream.Dispose();

    private void ReadBytes(SafetensorsEntry entry, Span<byte> destination)
    {
        if (destination.Length != entry.Length)
        {
            throw new ArgumentException(
                $"'{entry.Name}' has {entry.Length} bytes; there is room for {destination.Length}.", nameof(destination));
        }

        Seek(entry);
        ReadExactly(entry, destination);
    }

    private void Seek(SafetensorsEntry entry) => _stream.Position = _header.DataStart + entry.Offset;

    private void ReadExactly(SafetensorsEntry entry, Span<byte> destination)
    {
        try
        {
            _stream.ReadExactly(destination);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"{_description} ends within the tensor '{entry.Name}'.", e);
        }
    }

    private static void Convert(SafetensorsType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        int width = SafetensorsEntry.Width(type);
        for (int i = 0; i < bytes.Length / width; i++)
        {
            ReadOnlySpan<byte> element = bytes.Slice(i * width, width);
            values[i] = type switch
            {
                SafetensorsType.Bool => element[0] != 0 ? 1f : 0f,
                SafetensorsType.U8 => element[0],
                SafetensorsType.I8 => (sbyte)element[0],
                SafetensorsType.I16 => BinaryPrimitives.ReadInt16LittleEndian(element),
                SafetensorsType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
                SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                SafetensorsType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
                SafetensorsType.I32 => BinaryPrimitives.ReadInt32LittleEndian(element),
                SafetensorsType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
                SafetensorsType.F32 => BinaryPrimitives.ReadSingleLittleEndian(element),
                SafetensorsType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                SafetensorsType.I64 => BinaryPrimitives.ReadInt64LittleEndian(element),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(element),
            };
        }
    }
}
