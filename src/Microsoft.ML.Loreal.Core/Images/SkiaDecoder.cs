using SkiaSharp;

namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// JPEG, PNG, WebP, GIF and BMP through Skia's codecs, whose pixels are those of libjpeg, libpng and libwebp. Only members are used that
/// SkiaSharp 2.88, 3 and 4 all have, as an application may bring another version.
/// </summary>
internal static class SkiaDecoder
{
    private const int RgbaBytes = 4;

    /// <summary>How many times larger than the result a reduced picture is at least.</summary>
    private const int Margin = 4;

    /// <summary>The first frame.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="checkSize">Throws where a picture of this width and height is too large.</param>
    /// <param name="reducedFor">The side to which the picture will be resized, where a JPEG file may be decoded to a reduced size.</param>
    public static RgbImage Decode(ReadOnlySpan<byte> content, ImageFormats format, Action<int, int> checkSize, int? reducedFor)
    {
        int? reduced = format == ImageFormats.Jpeg ? reducedFor : null;
        RgbImage? image = TryDecode(content, checkSize, reduced, out SKCodecResult result);
        if (image is null && format == ImageFormats.Jpeg && JpegScans.Read(content).MayLackTheEndMarkerOnly)
        {
            image = UnfinishedJpeg.Decode(content, file => TryDecode(file, checkSize, reduced, out _));
        }

        return image ?? throw new InvalidDataException(
            result == SKCodecResult.IncompleteInput
                ? $"the {format} file ends before its picture does"
                : $"the {format} file is damaged or ends early ({result})");
    }

    /// <summary>The picture where all of it can be decoded; else null.</summary>
    private static unsafe RgbImage? TryDecode(
        ReadOnlySpan<byte> content, Action<int, int> checkSize, int? reducedFor, out SKCodecResult result)
    {
        fixed (byte* bytes = content)
        {
            // The data is the content itself, not a copy, and is gone before the content may move.
            using var data = SKData.Create((nint)bytes, content.Length);
            using var stream = new SKMemoryStream(data);
            using var codec = SKCodec.Create(stream, out result);
            if (codec is null)
            {
                return null;
            }

            SKImageInfo full = codec.Info;
            checkSize(full.Width, full.Height);
            SKSizeI size = reducedFor is { } side ? Reduced(codec, Margin * side) : full.Size;
            // Without a color space nothing is converted: CLIP saw the numbers of the file, whatever profile it has.
            var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            var image = RgbImage.Rent(size.Width, size.Height, full.Width, full.Height, RgbaBytes);
            try
            {
                fixed (byte* pixels = image.Pixels)
                {
                    result = codec.GetPixels(info, (nint)pixels, info.RowBytes, new SKCodecOptions(SKZeroInitialized.No));
                }

                if (result == SKCodecResult.Success)
                {
                    RgbPixels.Pack(image.Pixels, image.Pixels, size.Width * size.Height, blueFirst: false);
                    return image;
                }
            }
            catch
            {
                image.Dispose();
                throw;
            }

            image.Dispose();
            return null;
        }
    }

    /// <summary>The smallest of 1/8, 1/4, 1/2 and the whole with both sides at least so long.</summary>
    private static SKSizeI Reduced(SKCodec codec, int least)
    {
        foreach (float scale in (ReadOnlySpan<float>)[0.125f, 0.25f, 0.5f])
        {
            SKSizeI size = codec.GetScaledDimensions(scale);
            if (size.Width >= least && size.Height >= least)
            {
                return size;
            }
        }

        return codec.Info.Size;
    }
}
