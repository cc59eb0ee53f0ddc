using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>Many pictures in one file, for a look at the world.</summary>
internal static class ContactSheet
{
    private const int Columns = 12;
    private const int Rows = 8;

    /// <summary>Two pictures of each class, in the classes' order.</summary>
    internal static void Save(string path, int seed)
    {
        using var sheet = new Image<Rgb24>(Columns * Painter.Side, Rows * Painter.Side);
        IEnumerable<byte[]> pictures = Enumerable.Range(0, World.Classes.Count).SelectMany(c => World.Pictures(c, seed, 2));
        foreach ((int cell, byte[] pixels) in pictures.Index())
        {
            using var picture = Image.LoadPixelData<Rgb24>(pixels, Painter.Side, Painter.Side);
            var place = new Point(cell % Columns * Painter.Side, cell / Columns * Painter.Side);
            sheet.Mutate(context => context.DrawImage(picture, place, 1));
        }

        sheet.SaveAsPng(path);
    }
}
