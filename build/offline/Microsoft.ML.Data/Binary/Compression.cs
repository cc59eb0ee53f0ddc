using System.IO.Compression;

namespace Microsoft.ML.Data;

/// <summary>How a block is stored: as it is, or deflated without a zlib header.</summary>
internal enum Compression : byte
{
    None = 0,
    Deflate = 1,
}

internal static class CompressionExtensions
{
    // No block of a schema comes near; a damaged file must not make the process swallow memory.
    private const int LargestBlock = 1 << 30;

    public static byte[] Compress(this Compression compression, byte[] block)
    {
        if (compression == Compression.None)
        {
            return block;
        }
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionMode.Compress, leaveOpen: true))
        {
            deflate.Write(block);
        }
        return compressed.ToArray();
    }

    public static byte[] Decompress(this Compression compression, byte[] block)
    {
        if (compression == Compression.None)
        {
            return block;
        }
        using var deflate = new DeflateStream(new MemoryStream(block), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = deflate.Read(buffer)) > 0;)
        {
            plain.Write(buffer, 0, read);
            Decoding.Check(plain.Length <= LargestBlock, "A block is too large.");
        }
        return plain.ToArray();
    }
}
