using SixLabors.ImageSharp.Formats;

namespace SixLabors.ImageSharp.Metadata;

public sealed class ImageMetadata
{
    public IImageFormat? DecodedImageFormat { get; internal set; }
}
