using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Where the suffixes of all classes stand when they are computed together: one after the other without their padding, cut into tiles of equal length between classes.
/// </summary>
/// <remarks>
/// Within a tile one matrix product gives the scores of all its classes, and a mask keeps them apart. Products of single classes would be so small that calling them
/// costs more than computing them; one product of all classes would grow with their square.
/// </remarks>
internal sealed class SuffixLayout : IDisposable
{
    private const int LeastTileLength = 32;

    private readonly Tensor _rows;       // [G * W] int64
    private readonly Tensor _masks;      // [G, W, W]
    private readonly Tensor _ends;       // [C] int64
    private readonly int[] _firstClass;  // [G + 1]

    /// <summary>Lays out the suffixes.</summary>
    /// <param name="ends">Where in its suffix each class's end token is, [C].</param>
    /// <param name="paddedLength">S, the length of the padded suffixes.</param>
    /// <param name="device">Where the suffixes are.</param>
    public SuffixLayout(IReadOnlyList<long> ends, long paddedLength, Device device)
    {
        var longest = (int)ends.Max() + 1;
        TileLength = (int)Math.Min(Math.Max(LeastTileLength, 2 * longest), ends.Sum(end => end + 1));
        var firstClass = new List<int> { 0 };
        var positions = new long[ends.Count];
        for (var (c, used) = (0, 0); c < ends.Count; c++)
        {
            var length = (int)ends[c] + 1;
            if (used + length > TileLength)
            {
                firstClass.Add(c);
                used = 0;
            }

            used += length;
            positions[c] = ((firstClass.Count - 1L) * TileLength) + used - 1;
        }

        firstClass.Add(ends.Count);
        _firstClass = [.. firstClass];
        TileCount = firstClass.Count - 1;

        var rows = new long[TileCount * TileLength]; // the unused rest of a tile repeats row 0, and nothing reads it
        var masks = new float[rows.Length * TileLength];
        Array.Fill(masks, float.NegativeInfinity);
        for (var position = 0; position < rows.Length; position++)
        {
            masks[(position * TileLength) + (position % TileLength)] = 0;
        }

        for (var c = 0; c < ends.Count; c++)
        {
            var start = (int)(positions[c] - ends[c]);
            for (var s = 0; s <= ends[c]; s++)
            {
                rows[start + s] = (c * paddedLength) + s;
                masks.AsSpan(((start + s) * TileLength) + (start % TileLength), s + 1).Clear();
            }
        }

        using var scope = NewDisposeScope();
        _rows = tensor(rows, device: device).DetachFromDisposeScope();
        _masks = tensor(masks, [TileCount, TileLength, TileLength], device: device).DetachFromDisposeScope();
        _ends = tensor(positions, device: device).DetachFromDisposeScope();
    }

    /// <summary>W, the tokens in a tile.</summary>
    public int TileLength { get; }

    /// <summary>G.</summary>
    public int TileCount { get; }

    /// <summary>Lays out suffixes whose ends are known as a tensor only, [C] int64.</summary>
    public static SuffixLayout Of(Tensor ends, long paddedLength)
    {
        using var scope = NewDisposeScope();
        var values = ends.cpu().contiguous();
        return new SuffixLayout(MemoryMarshal.Cast<byte, long>(values.bytes).ToArray(), paddedLength, ends.device);
    }

    /// <summary>The classes of g tiles from <paramref name="first"/> on, c of them.</summary>
    /// <returns>Rows [g * W] of the padded suffixes [C * S]; masks [g, W, W], added to the scores; ends [c] among the rows.</returns>
    public (Tensor Rows, Tensor Masks, Tensor Ends) Tiles(int first, int count)
    {
        var (from, to) = (_firstClass[first], _firstClass[first + count]);
        return (
            _rows.narrow(0, (long)first * TileLength, (long)count * TileLength),
            _masks.narrow(0, first, count),
            _ends.narrow(0, from, to - from) - (first * TileLength));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _masks.Dispose();
        _ends.Dispose();
    }
}
