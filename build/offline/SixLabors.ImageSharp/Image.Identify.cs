using SixLabors.ImageSharp.Codecs;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp;

/// <content>What a file says about itself, without decoding it.</content>
public abstract partial class Image
{
    public static IImageFormat DetectFormat(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var file = File.OpenRead(path);
        return DetectFormat(file);
    }

    public static IImageFormat DetectFormat(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var start = stream.CanSeek ? stream.Position : 0;
        using var encoded = EncodedBytes.Read(stream);
        if (stream.CanSeek)
        {
            stream.Position = start;
        }

        return DetectFormat(encoded.Span);
    }

    public static IImageFormat DetectFormat(ReadOnlySpan<byte> buffer) => KnownFormats.Of(ImageCodec.Detect(buffer));

    public static ImageInfo Identify(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var file = File.OpenRead(path);
        return Identify(file);
    }

    public static ImageInfo Identify(Stream stream)
    {
        using var encoded = EncodedBytes.Read(stream);
        return Identify(encoded.Span);
    }

    public static ImageInfo Identify(ReadOnlySpan<byte> buffer)
    {
        var header = ImageCodec.Probe(buffer);
        var alpha = header.HasAlpha != 0 ? PixelAlphaRepresentation.Unassociated : PixelAlphaRepresentation.None;
        return new ImageInfo(
            new PixelTypeInfo(header.BitsPerPixel, alpha),
            new Size(header.Width, header.Height),
            new ImageMetadata { DecodedImageFormat = KnownFormats.Of(header.Format) });
    }
}
