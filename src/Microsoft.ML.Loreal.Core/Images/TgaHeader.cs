using System.Buffers.Binary;

namespace Microsoft.ML.Loreal.Images;

/// <summary>The first bytes of a TGA file.</summary>
/// <param name="content">The file, of which there are at least <see cref="Length"/> bytes.</param>
internal readonly struct TgaHeader(ReadOnlySpan<byte> content)
{
    public const int Length = 18;

    public const int Palette = 1;
    public const int Color = 2;
    public const int Gray = 3;

    private const int RunLengthEncoded = 8;

    private readonly int _type = content[2];
    private readonly int _identificationLength = content[0];

    /// <summary>Palette, color, gray, or another number for what is not known.</summary>
    public int Kind => _type & ~RunLengthEncoded;

    public bool HasPalette { get; } = content[1] != 0;

    public int PaletteLength { get; } = BinaryPrimitives.ReadUInt16LittleEndian(content[5..]);

    public int PaletteBits { get; } = content[7];

    public int Width { get; } = BinaryPrimitives.ReadUInt16LittleEndian(content[12..]);

    public int Height { get; } = BinaryPrimitives.ReadUInt16LittleEndian(content[14..]);

    public int PixelBits { get; } = content[16];

    private int PixelBytes => (PixelBits + 7) / 8;

    /// <summary>Whether the file is long enough for all of its pixels.</summary>
    public bool IsFollowedByItsPixels(ReadOnlySpan<byte> content)
    {
        long at = Length + _identificationLength + (HasPalette ? PaletteLength * ((PaletteBits + 7) / 8) : 0);
        long pixels = (long)Width * Height;
        if ((_type & RunLengthEncoded) == 0)
        {
            return at + (pixels * PixelBytes) <= content.Length;
        }

        while (pixels > 0 && at < content.Length)
        {
            // A packet repeats one pixel or gives as many as it counts.
            int packet = content[(int)at];
            int count = (packet & 127) + 1;
            at += 1 + (packet > 127 ? PixelBytes : count * PixelBytes);
            pixels -= count;
        }

        return pixels <= 0 && at <= content.Length;
    }
}
