using Microsoft.ML.Loreal.Samples;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using TorchSharp;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>Pictures of three unlike classes of the generated world, named by their class.</summary>
internal static class ConsumerPictures
{
    public const int Classes = 3;

    private const int PerClass = 4;

    /// <summary>Writes them as PNG files, in the order of their names.</summary>
    public static List<Photo> Write(string folder)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var photos = new List<Photo>();
        for (int i = 0; i < Classes; i++)
        {
            int index = i * World.Classes.Count / Classes;
            // uint8 [PerClass, 3, side, side] -> [PerClass, side, side, 3]
            byte[] pixels = World.Render(index, seed: 3, PerClass).permute(0, 2, 3, 1).contiguous().bytes.ToArray();
            int size = pixels.Length / PerClass;
            for (int picture = 0; picture < PerClass; picture++)
            {
                using var image = Image.LoadPixelData<Rgb24>(pixels.AsSpan(picture * size, size), Painter.Side, Painter.Side);
                string name = $"{World.Classes[index]}_{picture}.png";
                image.SaveAsPng(Path.Combine(folder, name));
                photos.Add(new Photo { FileName = name, Label = World.Classes[index] });
            }
        }

        return photos;
    }
}
