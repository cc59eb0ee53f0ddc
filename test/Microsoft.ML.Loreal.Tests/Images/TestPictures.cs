using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>A smooth picture of known pixels, and the same encoded in every format.</summary>
internal static class TestPictures
{
    public const int Width = 61;
    public const int Height = 43;

    public static Image<Rgba32> Smooth()
    {
        var image = new Image<Rgba32>(Width, Height);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                image[x, y] = new Rgba32((byte)(x * 4), (byte)(y * 5), (byte)(255 - (2 * (x + y))), (byte)(40 + x + (3 * y)));
            }
        }
        return image;
    }

    public static byte[] Encode<TPixel>(IImageEncoder encoder)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        using var smooth = Smooth();
        using var image = smooth.CloneAs<TPixel>();
        return Encode(image, encoder);
    }

    public static byte[] Encode(Image image, IImageEncoder encoder)
    {
        using var stream = new MemoryStream();
        image.Save(stream, encoder);
        return stream.ToArray();
    }

    public static IEnumerable<(string Name, byte[] Bytes)> Encoded()
    {
        yield return ("jpeg", Encode<Rgb24>(new JpegEncoder { Quality = 90 }));
        yield return ("png", Encode<Rgba32>(new PngEncoder()));
        yield return ("webp lossy", Encode<Rgba32>(new WebpEncoder { FileFormat = WebpFileFormatType.Lossy }));
        yield return ("webp lossless", Encode<Rgba32>(new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }));
    }

    public static byte[] Bytes<TPixel>(Image<TPixel> image)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        var bytes = new byte[image.Width * image.Height * image.PixelType.BitsPerPixel / 8];
        image.CopyPixelDataTo(bytes);
        return bytes;
    }
}
