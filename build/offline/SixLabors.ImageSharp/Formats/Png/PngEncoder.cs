using System.Runtime.InteropServices;
using SixLabors.ImageSharp.Codecs;

namespace SixLabors.ImageSharp.Formats.Png;

public class PngEncoder : QuantizingImageEncoder
{
    public PngCompressionLevel CompressionLevel { get; init; } = PngCompressionLevel.DefaultCompression;

    protected override void Encode<TPixel>(Image<TPixel> image, Stream stream, CancellationToken cancellationToken)
        => ImageCodec.EncodePng(
            MemoryMarshal.AsBytes(image.PixelSpan),
            image.Width,
            image.Height,
            ImageCodec.LayoutOf<TPixel>(),
            (int)this.CompressionLevel,
            stream);
}
