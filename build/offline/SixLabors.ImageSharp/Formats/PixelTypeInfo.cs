using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp.Formats;

public class PixelTypeInfo
{
    public PixelTypeInfo(int bitsPerPixel)
        : this(bitsPerPixel, null)
    {
    }

    public PixelTypeInfo(int bitsPerPixel, PixelAlphaRepresentation alpha)
        : this(bitsPerPixel, (PixelAlphaRepresentation?)alpha)
    {
    }

    private PixelTypeInfo(int bitsPerPixel, PixelAlphaRepresentation? alpha)
    {
        this.BitsPerPixel = bitsPerPixel;
        this.AlphaRepresentation = alpha;
    }

    public int BitsPerPixel { get; }

    public PixelAlphaRepresentation? AlphaRepresentation { get; }
}
