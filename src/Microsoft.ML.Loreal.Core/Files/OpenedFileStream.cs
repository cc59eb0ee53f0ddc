namespace Microsoft.ML.Loreal.Files;

/// <summary>Reads a file that others hold, from a position of its own, and notices when it is written to meanwhile.</summary>
internal sealed class OpenedFileStream(OpenedFile file, Func<Exception> overwritten) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int count = RandomAccess.Read(file.Handle, buffer, Position);
        if (!file.IsUnchanged)
        {
            throw overwritten();
        }

        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => Length,
    };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
