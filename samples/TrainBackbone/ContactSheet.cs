using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>Many pictures in one file, for a look at the world.</summary>
internal static class ContactSheet
{
    private const int Columns = 12;
    private const int Rows = 8;

    /// <summary>Two pictures of each class, in the classes' order.</summary>
    internal static void Save(string path, int seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using var sheet = new Image<Rgb24>(Columns * Painter.Side, Rows * Painter.Side);
        for (int c = 0; c < World.Classes.Count; c++)
        {
            // [2, 3, side, side] -> [2, side, side, 3]
            byte[] bytes = World.Render(c, seed, 2).permute(0, 2, 3, 1).contiguous().data<byte>().ToArray();
            for (int i = 0; i < 2; i++)
            {
                int cell = (c * 2) + i;
                Place(sheet, bytes.AsSpan(i * Painter.Side * Painter.Side * 3), cell % Columns * Painter.Side, cell / Columns * Painter.Side);
            }
        }
        sheet.SaveAsPng(path);
    }

    private static void Place(Image<Rgb24> sheet, ReadOnlySpan<byte> bytes, int left, int top)
    {
        for (int y = 0; y < Painter.Side; y++)
        {
            for (int x = 0; x < Painter.Side; x++)
            {
                int start = ((y * Painter.Side) + x) * 3;
                sheet[left + x, top + y] = new Rgb24(bytes[start], bytes[start + 1], bytes[start + 2]);
            }
        }
    }
}
