using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp.Formats;

public abstract class SpecializedImageDecoder<T> : ImageDecoder
    where T : ISpecializedDecoderOptions
{
    public Image<TPixel> Decode<TPixel>(T options, Stream stream)
        where TPixel : unmanaged, IPixel<TPixel>
        => this.DecodeAll<TPixel>(options, stream);

    private protected abstract Image<TPixel> DecodeAll<TPixel>(T options, Stream stream)
        where TPixel : unmanaged, IPixel<TPixel>;
}
