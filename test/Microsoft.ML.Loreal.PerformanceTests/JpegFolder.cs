using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Generated photographs of 300 x 200 pixels: colored slopes with grain, as JPEG files.</summary>
internal static class JpegFolder
{
    private const int Width = 300;
    private const int Height = 200;

    public static List<Photo> Write(string folder, int count, int classes)
    {
        var photos = new List<Photo>(count);
        for (int i = 0; i < count; i++)
        {
            string name = $"{i:00000}.jpg";
            photos.Add(new Photo { ImagePath = Path.Combine(folder, name), Label = ClassName(i % classes) });
        }

        Parallel.For(0, count, i =>
        {
            Write(photos[i].ImagePath, new Random(i), Width, Height);
        });
        return photos;
    }

    public static void WritePhotograph(string path, int width, int height) => Write(path, new Random(0), width, height);

    public static string ClassName(int index) => $"{(char)('a' + (index / 26))}{(char)('a' + (index % 26))}";

    private static void Write(string path, Random random, int width, int height)
    {
        using var image = Image.LoadPixelData<Rgb24>(Pixels(random, width, height), width, height);
        image.SaveAsJpeg(path, new JpegEncoder { Quality = 90 });
    }

    private static byte[] Pixels(Random random, int width, int height)
    {
        (int red, int green, int blue) = (random.Next(200), random.Next(200), random.Next(200));
        byte[] pixels = new byte[3 * width * height];
        int scale = 8 * width / Width;
        random.NextBytes(pixels);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int at = 3 * ((y * width) + x);
                int grain = pixels[at] / 8;
                pixels[at] = (byte)Math.Min(255, red + (x / scale) + grain);
                pixels[at + 1] = (byte)Math.Min(255, green + (y / scale) + grain);
                pixels[at + 2] = (byte)Math.Min(255, blue + ((x + y) / (2 * scale)) + grain);
            }
        }

        return pixels;
    }

    internal sealed class Photo
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
