using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Images;

/// <summary>TIFF and TGA through ImageSharp. It fills what a file lacks, so whether it lacks something is found out before.</summary>
internal static class RareFormatDecoder
{
    // Knows no format by itself: the decoder is always named.
    private static readonly Configuration _configuration = new();

    /// <summary>The first page.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="checkSize">Throws where a picture of this width and height is too large.</param>
    public static unsafe RgbImage Decode(ReadOnlySpan<byte> content, ImageFormats format, Action<int, int> checkSize)
    {
        bool tiff = format == ImageFormats.Tiff;
        if (!(tiff ? TiffPage.IsComplete(content) : new TgaHeader(content).IsFollowedByItsPixels(content)))
        {
            throw new InvalidDataException($"the {format} file ends before its picture does");
        }

        IImageDecoder decoder = tiff ? new TiffDecoder { IgnoreMetadata = true, DecodingMode = FrameDecodingMode.First } : new TgaDecoder();
        try
        {
            fixed (byte* bytes = content)
            {
                using var file = new UnmanagedMemoryStream(bytes, content.Length);
                IImageInfo info = ((IImageInfoDetector)decoder).Identify(_configuration, file, CancellationToken.None);
                checkSize(info.Width, info.Height);
                file.Position = 0;
                using Image<Rgb24> image = decoder.Decode<Rgb24>(_configuration, file, CancellationToken.None);
                var pixels = RgbImage.Rent(image.Width, image.Height, image.Width, image.Height);
                image.CopyPixelDataTo(pixels.Pixels);
                return pixels;
            }
        }
        catch (Exception exception) when (ImageDecoder.IsOfTheImage(exception))
        {
            throw new InvalidDataException($"the {format} file cannot be decoded: {exception.Message}", exception);
        }
    }
}
