using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples;

/// <summary>
/// The 48 classes of the world and pictures of them. The first 24 in the list are the base classes, the last 24 the new ones:
/// they differ in their colors and share structures and shapes.
/// </summary>
public static class World
{
    public const int BaseClassCount = 24;

    /// <summary>The names of the classes, sorted: "blue checkered cross" to "yellow zigzag triangle".</summary>
    public static IReadOnlyList<string> Classes { get; } = ThingClass.All.Select(c => c.Name).ToArray();

    public static IReadOnlyList<string> BaseClasses { get; } = Classes.Take(BaseClassCount).ToArray();

    public static IReadOnlyList<string> NewClasses { get; } = Classes.Skip(BaseClassCount).ToArray();

    /// <summary>
    /// Draws pictures of one class: uint8, [count, 3, 112, 112], red, green and blue. The same seed gives the same pictures.
    /// </summary>
    public static Tensor Render(int classIndex, int seed, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, ThingClass.All.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var random = new Random(HashOf(classIndex, seed));
        Thing[] things = Enumerable.Range(0, count).Select(_ => ThingClass.All[classIndex].Sample(random)).ToArray();
        return Render(things, random.Next());
    }

    /// <summary>Draws pictures of given objects: uint8, [count, 3, 112, 112].</summary>
    public static Tensor Render(IReadOnlyList<Thing> things, int seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        return Painter.ToBytes(Painter.Paint(things, generator).Pictures).MoveToOuterDisposeScope();
    }

    /// <summary>Draws the same pictures for encoders: each row by row, a byte each for red, green and blue, 112 x 112 x 3.</summary>
    public static IReadOnlyList<byte[]> Pictures(int classIndex, int seed, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        // [count, 3, 112, 112] -> [count, 112, 112, 3]
        Tensor pixels = Render(classIndex, seed, count).permute(0, 2, 3, 1).contiguous();
        return [.. pixels.bytes.ToArray().Chunk(3 * Painter.Side * Painter.Side)];
    }

    // System.HashCode differs from run to run.
    private static int HashOf(int a, int b) => unchecked((a * 486187739) + (b * 16777619) + 97);
}
