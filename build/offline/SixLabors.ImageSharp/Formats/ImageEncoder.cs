using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp.Formats;

public abstract class ImageEncoder : IImageEncoder
{
    public bool SkipMetadata { get; init; }

    public void Encode<TPixel>(Image<TPixel> image, Stream stream)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(stream);
        this.Encode(image, stream, default);
    }

    protected abstract void Encode<TPixel>(Image<TPixel> image, Stream stream, CancellationToken cancellationToken)
        where TPixel : unmanaged, IPixel<TPixel>;
}
