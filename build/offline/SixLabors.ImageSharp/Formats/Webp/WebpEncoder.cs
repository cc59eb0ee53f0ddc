using System.Runtime.InteropServices;
using SixLabors.ImageSharp.Codecs;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp.Formats.Webp;

public sealed class WebpEncoder : ImageEncoder
{
    public WebpFileFormatType? FileFormat { get; init; }

    public int Quality { get; init; } = 75;

    public WebpEncodingMethod Method { get; init; } = WebpEncodingMethod.Default;

    public WebpTransparentColorMode TransparentColorMode { get; init; } = WebpTransparentColorMode.Clear;

    protected override void Encode<TPixel>(Image<TPixel> image, Stream stream, CancellationToken cancellationToken)
    {
        var layout = ImageCodec.LayoutOf<TPixel>();
        if (layout == PixelLayout.L8)
        {
            // WebP has no grey pictures.
            using var coloured = image.CloneAs<Rgb24>();
            this.Encode(coloured, PixelLayout.Rgb24, stream);
        }
        else
        {
            this.Encode(image, layout, stream);
        }
    }

    private void Encode<TPixel>(Image<TPixel> image, PixelLayout layout, Stream stream)
        where TPixel : unmanaged, IPixel<TPixel>
        => ImageCodec.EncodeWebp(
            MemoryMarshal.AsBytes(image.PixelSpan),
            image.Width,
            image.Height,
            layout,
            new WebpSettings(
                this.Quality,
                this.FileFormat == WebpFileFormatType.Lossless,
                (int)this.Method,
                this.TransparentColorMode == WebpTransparentColorMode.Preserve),
            stream);
}
