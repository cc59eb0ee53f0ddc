using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Pbm;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Tiff.Constants;
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
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                image[x, y] = new Rgba32((byte)(x * 4), (byte)(y * 5), (byte)(255 - (2 * (x + y))), (byte)(40 + x + (3 * y)));
            }
        }
        return image;
    }

    public static byte[] Encode<TPixel>(IImageEncoder encoder)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        using Image<Rgba32> smooth = Smooth();
        using Image<TPixel> image = smooth.CloneAs<TPixel>();
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
        yield return ("gif", Encode<Rgb24>(new GifEncoder()));
        yield return ("bmp", Encode<Rgb24>(new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel24 }));
        yield return ("tiff", Encode<Rgb24>(new TiffEncoder { Compression = TiffCompression.None }));
        yield return ("tiff lzw", Encode<Rgb24>(new TiffEncoder { Compression = TiffCompression.Lzw }));
        yield return ("tga", Encode<Rgb24>(new TgaEncoder { Compression = TgaCompression.None }));
        yield return ("tga run lengths", Encode<Rgb24>(new TgaEncoder { Compression = TgaCompression.RunLength }));
        yield return ("ppm", Encode<Rgb24>(new PbmEncoder { Encoding = PbmEncoding.Binary, ColorType = PbmColorType.Rgb }));
        yield return ("pgm text", Encode<L8>(new PbmEncoder { Encoding = PbmEncoding.Plain, ColorType = PbmColorType.Grayscale }));
        byte[] head = System.Text.Encoding.ASCII.GetBytes($"P4\n{Width} {Height}\n");
        yield return ("pbm", [.. head, .. Enumerable.Range(0, (Width + 7) / 8 * Height).Select(i => (byte)(i * 37))]);
    }

    public static byte[] Bytes<TPixel>(Image<TPixel> image)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        byte[] bytes = new byte[image.Width * image.Height * image.PixelType.BitsPerPixel / 8];
        image.CopyPixelDataTo(bytes);
        return bytes;
    }
}
