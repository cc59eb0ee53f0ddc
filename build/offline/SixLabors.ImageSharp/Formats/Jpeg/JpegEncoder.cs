using System.Runtime.InteropServices;
using SixLabors.ImageSharp.Codecs;

namespace SixLabors.ImageSharp.Formats.Jpeg;

public sealed class JpegEncoder : ImageEncoder
{
    private const int DefaultQuality = 75;

    private readonly int? quality;

    public int? Quality
    {
        get => this.quality;
        init
        {
            if (value is < 1 or > 100)
            {
                throw new ArgumentException("Quality factor must be in [1..100] range.");
            }

            this.quality = value;
        }
    }

    public JpegEncodingColor? ColorType { get; init; }

    protected override void Encode<TPixel>(Image<TPixel> image, Stream stream, CancellationToken cancellationToken)
    {
        var sampling = (this.ColorType ?? JpegEncodingColor.YCbCrRatio420) switch
        {
            JpegEncodingColor.YCbCrRatio420 => JpegSampling.Ratio420,
            JpegEncodingColor.YCbCrRatio422 => JpegSampling.Ratio422,
            JpegEncodingColor.YCbCrRatio444 => JpegSampling.Ratio444,
            JpegEncodingColor.Luminance => JpegSampling.Grey,
            var other => throw new ArgumentException($"The color type {other} is not supported."),
        };
        ImageCodec.EncodeJpeg(
            MemoryMarshal.AsBytes(image.PixelSpan),
            image.Width,
            image.Height,
            ImageCodec.LayoutOf<TPixel>(),
            this.Quality ?? DefaultQuality,
            sampling,
            stream);
    }
}
