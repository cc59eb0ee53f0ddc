using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>Generated pictures: a class is a color and a stripe direction, with noise; sizes differ.</summary>
internal static class Pictures
{
    public static readonly string[] ClassNames = ["red", "green", "blue"];

    /// <summary>Writes pictures of every class, in turn, as PNG files.</summary>
    public static List<Photo> Write(string folder, int perClass, int seed = 5)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(seed);
        var photos = new List<Photo>();
        for (int i = 0; i < perClass * ClassNames.Length; i++)
        {
            int kind = i % ClassNames.Length;
            string name = $"{i:000}_{ClassNames[kind]}.png";
            using Image<Rgb24> picture = Draw(kind, 30 + random.Next(30), 30 + random.Next(30), random);
            picture.SaveAsPng(Path.Combine(folder, name));
            photos.Add(
                new Photo
                {
                    ImagePath =
                    Path.Combine(folder, name),
                    FileName = name,
                    Label = ClassNames[kind],
                    Number = i,
                    Features = [i, i + 0.5f, -i]
                });
        }

        return photos;
    }

    private static Image<Rgb24> Draw(int kind, int width, int height, Random random)
    {
        var pixels = new Rgb24[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            int stripe = (kind == 0 ? i % width : kind == 1 ? i / width : (i % width) + (i / width)) / 4 % 2 * 60;
            byte Channel(int channel) => (byte)Math.Clamp((channel == kind ? 190 : 40) - stripe + random.Next(40), 0, 255);
            pixels[i] = new Rgb24(Channel(0), Channel(1), Channel(2));
        }

        return Image.LoadPixelData<Rgb24>(pixels, width, height);
    }
}
