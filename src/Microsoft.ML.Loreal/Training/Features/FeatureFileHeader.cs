using System.Buffers.Binary;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>The start of a file of encoded views; the rows follow, as 32-bit floats in the processor's order.</summary>
/// <param name="Rows">N * V.</param>
/// <param name="Width">F.</param>
/// <param name="Identity">The SHA-256 of everything that decides what the rows are.</param>
/// <param name="Content">The SHA-256 of the rows.</param>
internal sealed record FeatureFileHeader(long Rows, long Width, byte[] Identity, byte[] Content)
{
    /// <summary>Its size: a page, so that the rows begin on one.</summary>
    public const int Length = 4096;

    private const int HashLength = 32;

    private static ReadOnlySpan<byte> Magic => "LOREALv1"u8;

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Rows);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Width);
        Identity.CopyTo(bytes, 24);
        Content.CopyTo(bytes, 24 + HashLength);
        return bytes;
    }

    /// <summary>The header of a file; null where the bytes are none.</summary>
    public static FeatureFileHeader? Of(ReadOnlySpan<byte> bytes) => bytes.Length == Length && bytes.StartsWith(Magic)
        ? new FeatureFileHeader(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            bytes.Slice(24, HashLength).ToArray(),
            bytes.Slice(24 + HashLength, HashLength).ToArray())
        : null;
}
