using System.Runtime.InteropServices;
using Microsoft.ML.Loreal.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Numbers;

/// <summary>Pictures of some classes of the generated world, as many of each.</summary>
internal sealed class WorldPictures : ILabeledImages
{
    private readonly byte[][] _pixels; // height x width x 3 each
    private readonly int[] _labels;

    public WorldPictures(int classes, int perClass, int seed)
    {
        using DisposeScope scope = NewDisposeScope();
        _labels = [.. Enumerable.Range(0, classes * perClass).Select(i => i % classes)];
        // [perClass, 3, 112, 112] -> [perClass, 112, 112, 3]
        Tensor[] drawn = [.. Enumerable.Range(0, classes).Select(c => World.Render(c, seed, perClass).permute(0, 2, 3, 1))];
        _pixels = [.. _labels.Select((c, i) => drawn[c].select(0, i / classes).contiguous().bytes.ToArray())];
    }

    public int Count => _labels.Length;

    public IReadOnlyList<int> Labels => _labels;

    public string? Identity => null;

    public RgbImage Load(int index) => new(Painter.Side, Painter.Side, [.. _pixels[index]]);

    /// <summary>All of them as a model sees them, [N, 3, side, side].</summary>
    public Tensor Pixels(ImageProcessor processor, int side)
    {
        Tensor pixels = empty([Count, 3, side, side]);
        Span<float> all = MemoryMarshal.Cast<byte, float>(pixels.bytes);
        for (int i = 0; i < Count; i++)
        {
            using RgbImage picture = Load(i);
            processor.Evaluate(picture, side, all.Slice(3 * side * side * i, 3 * side * side));
        }

        return pixels;
    }
}
