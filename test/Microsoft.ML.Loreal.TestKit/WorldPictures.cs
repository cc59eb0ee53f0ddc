using System.Runtime.InteropServices;
using Microsoft.ML.Loreal.Samples;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TestKit;

/// <summary>Pictures of classes of the drawn world.</summary>
internal sealed class WorldPictures : ILabeledImages
{
    private readonly byte[][] _pictures; // height x width x 3 each

    /// <summary>Draws a picture for each label.</summary>
    public WorldPictures(IEnumerable<int> labels, int seed)
    {
        int[] classes = [.. labels];
        Labels = classes;
        var drawn = classes.CountBy(c => c).ToDictionary(c => c.Key, c => new Queue<byte[]>(World.Pictures(c.Key, seed, c.Value)));
        _pictures = Array.ConvertAll(classes, c => drawn[c].Dequeue());
    }

    public int Count => _pictures.Length;

    public IReadOnlyList<int> Labels { get; }

    /// <summary>Null, unless files about them are to be used again.</summary>
    public string? Identity { get; init; }

    public RgbImage Load(int index) => new(Painter.Side, Painter.Side, [.. _pictures[index]]);

    /// <summary>All of them as a model sees them, [N, 3, side, side].</summary>
    public Tensor Pixels(ImageProcessor processor, int side)
    {
        Tensor pixels = empty([Count, 3, side, side], ScalarType.Float32);
        Span<float> all = MemoryMarshal.Cast<byte, float>(pixels.bytes);
        for (int i = 0; i < Count; i++)
        {
            using RgbImage picture = Load(i);
            processor.Evaluate(picture, side, all.Slice(3 * side * side * i, 3 * side * side));
        }

        return pixels;
    }
}
