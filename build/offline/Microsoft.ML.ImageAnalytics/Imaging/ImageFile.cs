using System.Buffers;
using SixLabors.ImageSharp.Codecs;

namespace Microsoft.ML.Data.Imaging;

/// <summary>Writes pixels in the format that the file's extension names.</summary>
internal static class ImageFile
{
    // What the real assembly passes to its encoders.
    private const int JpegQuality = 100;

    // Its WebP encoder takes full quality for lossless and then works at this effort.
    private const int WebpEffort = 75;
    private const int WebpMethod = 4;
    private const int PngCompression = 6;

    // Names that are known but have no encoder, there as here.
    private static readonly string[] s_withoutEncoder =
        [".bmp", ".gif", ".ico", ".astc", ".avif", ".dng", ".heif", ".ktx", ".pkm", ".wbmp"];

    public static void Write(string imagePath, ReadOnlySpan<byte> premultiplied, int width, int height, MLPixelFormat pixelFormat)
    {
        ArgumentNullException.ThrowIfNull(imagePath);
        var extension = Path.GetExtension(imagePath).ToLowerInvariant();
        if (extension is not (".png" or ".jpg" or ".jpeg" or ".webp"))
        {
            throw new ArgumentException(
                s_withoutEncoder.Contains(extension)
                    ? $"Saving an image with the format '{extension}' is not supported. Use JPEG, PNG or WebP."
                    : $"The path has the invalid image file extension '{extension}'.",
                nameof(imagePath));
        }
        var layout = pixelFormat == MLPixelFormat.Bgra32 ? PixelLayout.Bgra32 : PixelLayout.Rgba32;
        var copy = ArrayPool<byte>.Shared.Rent(premultiplied.Length);
        try
        {
            var pixels = copy.AsSpan(0, premultiplied.Length);
            premultiplied.CopyTo(pixels);
            AlphaPremultiplication.Undo(pixels);
            using var stream = new FileStream(imagePath, FileMode.Create, FileAccess.Write);
            switch (extension)
            {
                case ".png":
                    ImageCodec.EncodePng(pixels, width, height, layout, PngCompression, stream);
                    break;
                case ".webp":
                    var settings = new WebpSettings(WebpEffort, Lossless: true, WebpMethod, KeepHiddenColours: false);
                    ImageCodec.EncodeWebp(pixels, width, height, layout, settings, stream);
                    break;
                default:
                    ImageCodec.EncodeJpeg(pixels, width, height, layout, JpegQuality, JpegSampling.Ratio420, stream);
                    break;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }
}
