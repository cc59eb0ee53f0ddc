using SixLabors.ImageSharp.Codecs;

namespace SixLabors.ImageSharp.Formats.Jpeg;

/// <summary>
/// With a target size it decodes to the smallest of 1/8, 1/4, 1/2 and the whole size that is at least as large on both sides, by a smaller transform of the same
/// coefficients. Resizing further, as the other modes do, is not built here.
/// </summary>
public sealed class JpegDecoder : SpecializedImageDecoder<JpegDecoderOptions>
{
    private JpegDecoder()
    {
    }

    public static JpegDecoder Instance { get; } = new();

    private protected override Image<TPixel> DecodeAll<TPixel>(JpegDecoderOptions options, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(stream);
        var target = options.GeneralOptions.TargetSize;
        if (target is not null && options.ResizeMode != JpegDecoderResizeMode.IdctOnly)
        {
            throw new NotSupportedException($"A target size is only taken with {nameof(JpegDecoderResizeMode.IdctOnly)} here.");
        }

        using var encoded = EncodedBytes.Read(stream);
        var header = ImageCodec.ProbeForDecoding(encoded.Span);
        if (header.Format != EncodedFormat.Jpeg)
        {
            throw new InvalidImageContentException("The bytes are no JPEG image.");
        }

        var eighths = ImageCodec.Whole;
        if (target is { } size)
        {
            eighths = new[] { 1, 2, 4, ImageCodec.Whole }.First(e =>
                e == ImageCodec.Whole || (ImageCodec.Scaled(header.Width, e) >= size.Width && ImageCodec.Scaled(header.Height, e) >= size.Height));
        }

        return Image.Decode<TPixel>(encoded.Span, header, eighths);
    }
}
