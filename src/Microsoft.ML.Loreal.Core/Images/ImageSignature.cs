using System.Buffers.Binary;

namespace Microsoft.ML.Loreal.Images;

/// <summary>Tells an image file's format by its first bytes.</summary>
internal static class ImageSignature
{
    private const int ShownBytes = 8;

    /// <summary>The format, or 0 where it is none that is read.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="found">What messages call it, with its article.</param>
    public static ImageFormats Find(ReadOnlySpan<byte> content, out string found)
    {
        // TGA comes last: it has no signature, only a header whose numbers go together.
        (ImageFormats Format, string Name) known = content switch
        {
            [0xFF, 0xD8, 0xFF, ..] => (ImageFormats.Jpeg, "a JPEG file"),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, ..] => (ImageFormats.Png, "a PNG file"),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] =>
                (ImageFormats.WebP, "a WebP file"),
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => (ImageFormats.Gif, "a GIF file"),
            [(byte)'B', (byte)'M', ..] => (ImageFormats.Bmp, "a BMP file"),
            [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => (ImageFormats.Tiff, "a TIFF file"),
            [(byte)'P', >= (byte)'1' and <= (byte)'6', (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'#', ..] =>
                (ImageFormats.Pbm, "a PBM, PGM or PPM file"),
            _ => ((ImageFormats)0, Foreign(content)),
        };
        if (known.Name.Length == 0)
        {
            ReadOnlySpan<byte> start = content[..Math.Min(ShownBytes, content.Length)];
            known = IsTga(content)
                ? (ImageFormats.Tga, "a TGA file")
                : ((ImageFormats)0, $"no image file of a known format (it begins with the bytes {Convert.ToHexString(start)})");
        }

        found = known.Name;
        return known.Format;
    }

    /// <summary>The name of a format that is known and not read; else empty.</summary>
    private static string Foreign(ReadOnlySpan<byte> content) => content switch
    {
        // Both kinds have at least one picture, where a TGA file's header has zeros.
        [0, 0, 1 or 2, 0, > 0, _, ..] or [0, 0, 1 or 2, 0, _, > 0, ..] => "an icon or cursor (ICO), which is not read",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'a', (byte)'v', (byte)'i', ..] => "an AVIF file, which is not read",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'h' or (byte)'m', ..] => "an HEIF or MP4 file, which is not read",
        [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', ..] => "a JPEG XL file, which is not read",
        [0xFF, 0x4F, 0xFF, 0x51, ..] or [0, 0, 0, 12, (byte)'j', (byte)'P', ..] => "a JPEG 2000 file, which is not read",
        [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => "a Photoshop file, which is not read",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF file, which is not read",
        [(byte)'<', (byte)'s' or (byte)'?' or (byte)'!' or (byte)'h', ..] => "an SVG, XML or HTML file, which is not read",
        _ => "",
    };

    private static bool IsTga(ReadOnlySpan<byte> content)
    {
        if (content.Length < TgaHeader.Length)
        {
            return false;
        }

        var header = new TgaHeader(content);
        bool pixels = header.Kind switch
        {
            TgaHeader.Palette => header.HasPalette && (header.PixelBits is 8 or 16),
            TgaHeader.Color => header.PixelBits is 15 or 16 or 24 or 32,
            TgaHeader.Gray => header.PixelBits is 8 or 16,
            _ => false,
        };
        bool palette = header.HasPalette
            ? content[1] == 1 && header.PaletteLength > 0 && (header.PaletteBits is 15 or 16 or 24 or 32)
            : content[1] == 0 && BinaryPrimitives.ReadInt32LittleEndian(content[3..]) == 0 && content[7] == 0;
        return pixels && palette && header.Width > 0 && header.Height > 0;
    }
}
