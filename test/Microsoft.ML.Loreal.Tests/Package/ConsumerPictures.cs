using Microsoft.ML.Loreal.Samples;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>Pictures of three unlike classes of the generated world, named by their class.</summary>
internal static class ConsumerPictures
{
    public const int Classes = 3;

    private const int PerClass = 4;

    /// <summary>Writes them as PNG files, in the order of their names.</summary>
    public static List<Photo> Write(string folder)
    {
        var photos = new List<Photo>();
        for (int i = 0; i < Classes; i++)
        {
            int index = i * World.Classes.Count / Classes;
            foreach ((int number, byte[] pixels) in World.Pictures(index, seed: 3, PerClass).Index())
            {
                using var image = Image.LoadPixelData<Rgb24>(pixels, Painter.Side, Painter.Side);
                string name = $"{World.Classes[index]}_{number}.png";
                image.SaveAsPng(Path.Combine(folder, name));
                photos.Add(new Photo { FileName = name, Label = World.Classes[index] });
            }
        }

        return photos;
    }
}
