using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;

namespace SixLabors.ImageSharp;

public static class ImageExtensions
{
    public static void Save(this Image source, string path) => source.Save(path, KnownFormats.EncoderForPath(path));

    public static void Save(this Image source, string path, IImageEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(encoder);
        using var file = File.Create(path);
        source.Save(file, encoder);
    }

    public static void Save(this Image source, Stream stream, IImageFormat format)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(format);
        if (!stream.CanWrite)
        {
            throw new NotSupportedException("Cannot write to the stream.");
        }

        source.Save(stream, KnownFormats.EncoderOf(format));
    }

    public static void SaveAsJpeg(this Image source, string path) => source.SaveAsJpeg(path, new JpegEncoder());

    public static void SaveAsJpeg(this Image source, string path, JpegEncoder encoder) => source.Save(path, encoder ?? new JpegEncoder());

    public static void SaveAsJpeg(this Image source, Stream stream) => source.SaveAsJpeg(stream, new JpegEncoder());

    public static void SaveAsJpeg(this Image source, Stream stream, JpegEncoder encoder) => source.Save(stream, encoder ?? new JpegEncoder());

    public static void SaveAsPng(this Image source, string path) => source.SaveAsPng(path, new PngEncoder());

    public static void SaveAsPng(this Image source, string path, PngEncoder encoder) => source.Save(path, encoder ?? new PngEncoder());

    public static void SaveAsPng(this Image source, Stream stream) => source.SaveAsPng(stream, new PngEncoder());

    public static void SaveAsPng(this Image source, Stream stream, PngEncoder encoder) => source.Save(stream, encoder ?? new PngEncoder());

    public static void SaveAsWebp(this Image source, string path) => source.SaveAsWebp(path, new WebpEncoder());

    public static void SaveAsWebp(this Image source, string path, WebpEncoder encoder) => source.Save(path, encoder ?? new WebpEncoder());

    public static void SaveAsWebp(this Image source, Stream stream) => source.SaveAsWebp(stream, new WebpEncoder());

    public static void SaveAsWebp(this Image source, Stream stream, WebpEncoder encoder) => source.Save(stream, encoder ?? new WebpEncoder());
}
