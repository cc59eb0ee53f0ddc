using SixLabors.ImageSharp.Codecs;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;

namespace SixLabors.ImageSharp.Formats;

/// <summary>The formats that this implementation reads and writes.</summary>
internal static class KnownFormats
{
    internal static IImageFormat Of(EncodedFormat format) => format switch
    {
        EncodedFormat.Jpeg => JpegFormat.Instance,
        EncodedFormat.Png => PngFormat.Instance,
        EncodedFormat.Webp => WebpFormat.Instance,
        _ => throw new UnknownImageFormatException("The bytes are no image of a known format. Known formats: JPEG, PNG, Webp."),
    };

    internal static IImageEncoder EncoderOf(IImageFormat format) => format switch
    {
        JpegFormat => new JpegEncoder(),
        PngFormat => new PngEncoder(),
        WebpFormat => new WebpEncoder(),
        _ => throw new UnknownImageFormatException($"No encoder was found for the image format '{format.Name}'."),
    };

    internal static IImageEncoder EncoderForPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var extension = Path.GetExtension(path);
        foreach (var format in Configuration.Default.ImageFormats)
        {
            if (format.FileExtensions.Contains(extension.TrimStart('.'), StringComparer.OrdinalIgnoreCase))
            {
                return EncoderOf(format);
            }
        }

        throw new UnknownImageFormatException(
            $"No encoder was found for extension '{extension}'. Registered encoders: png, apng, jpg, jpeg, jfif, webp.");
    }
}
