using System.Buffers;

namespace SixLabors.ImageSharp.Codecs;

/// <summary>All bytes of a stream from its position on, in memory that is given back when disposed.</summary>
internal ref struct EncodedBytes
{
    private byte[]? rented;

    private EncodedBytes(ReadOnlySpan<byte> span, byte[]? rented)
    {
        this.Span = span;
        this.rented = rented;
    }

    internal ReadOnlySpan<byte> Span { get; }

    internal static EncodedBytes Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
        {
            throw new NotSupportedException("Cannot read from the stream.");
        }

        return stream.CanSeek ? ReadSeekable(stream) : ReadToTheEnd(stream);
    }

    public void Dispose()
    {
        if (this.rented is not null)
        {
            ArrayPool<byte>.Shared.Return(this.rented);
            this.rented = null;
        }
    }

    private static EncodedBytes ReadSeekable(Stream stream)
    {
        var length = checked((int)Math.Max(0, stream.Length - stream.Position));
        if (stream is MemoryStream memory && memory.TryGetBuffer(out var segment))
        {
            var span = segment.AsSpan((int)memory.Position, length);
            memory.Position += length;
            return new EncodedBytes(span, null);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        var read = stream.ReadAtLeast(buffer.AsSpan(0, length), length, throwOnEndOfStream: false);
        return new EncodedBytes(buffer.AsSpan(0, read), buffer);
    }

    private static EncodedBytes ReadToTheEnd(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return new EncodedBytes(copy.GetBuffer().AsSpan(0, (int)copy.Length), null);
    }
}
