using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Metadata;

namespace SixLabors.ImageSharp;

public class ImageInfo
{
    public ImageInfo(PixelTypeInfo pixelType, Size size, ImageMetadata? metadata)
    {
        this.PixelType = pixelType;
        this.Size = size;
        this.Metadata = metadata ?? new ImageMetadata();
    }

    public PixelTypeInfo PixelType { get; }

    public int Width => this.Size.Width;

    public int Height => this.Size.Height;

    public ImageMetadata Metadata { get; }

    public Size Size { get; }
}
