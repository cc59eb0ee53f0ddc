using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// Where the suffixes of all classes stand when they are computed together: without their padding, packed into tiles of equal length.
/// </summary>
/// <remarks>
/// Within a tile one matrix product gives the scores of all its classes, and a mask keeps them apart. Products of single classes would be
/// so small that calling them costs more than computing them; one product of all classes would grow with their square. Classes are put into
/// the tiles longest first, which leaves almost no gaps.
/// </remarks>
internal sealed class SuffixLayout : IDisposable
{
    private const int UsualTileLength = 32;

    private readonly Tensor _rows;       // [G * W] int64
    private readonly Tensor _masks;      // [G, W, W]
    private readonly Tensor _ends;       // [C] int64, tile by tile
    private readonly Tensor _classes;    // [C] int64, tile by tile
    private readonly Tensor _order;      // [C] int64
    private readonly int[] _firstEnd;    // [G + 1]

    /// <summary>Lays out the suffixes.</summary>
    /// <param name="ends">Where in its suffix each class's end token is, [C].</param>
    /// <param name="paddedLength">S, the length of the padded suffixes.</param>
    /// <param name="device">Where the suffixes are.</param>
    public SuffixLayout(IReadOnlyList<long> ends, long paddedLength, Device device)
    {
        List<List<int>> tiles = Pack([.. ends.Select(end => (int)end + 1)], out int tileLength);
        (TileLength, TileCount) = (tileLength, tiles.Count);
        long[] rows = new long[TileCount * TileLength]; // the unused rest of a tile repeats row 0, and nothing reads it
        float[] masks = new float[rows.Length * TileLength];
        Array.Fill(masks, float.NegativeInfinity);
        for (int position = 0; position < rows.Length; position++)
        {
            masks[(position * TileLength) + (position % TileLength)] = 0;
        }

        long[] positions = new long[ends.Count];
        long[] classes = new long[ends.Count];
        long[] order = new long[ends.Count];
        _firstEnd = new int[TileCount + 1];
        for ((int tile, int found) = (0, 0); tile < TileCount; tile++)
        {
            int start = tile * TileLength;
            foreach (int c in tiles[tile])
            {
                for (int s = 0; s <= ends[c]; s++)
                {
                    rows[start + s] = (c * paddedLength) + s;
                    masks.AsSpan(((start + s) * TileLength) + (start % TileLength), s + 1).Clear();
                }

                start += (int)ends[c] + 1;
                positions[found] = start - 1;
                classes[found] = c;
                order[c] = found++;
            }

            _firstEnd[tile + 1] = found;
        }

        using DisposeScope scope = NewDisposeScope();
        _rows = tensor(rows, int64, device).DetachFromDisposeScope();
        _masks = tensor(masks, [TileCount, TileLength, TileLength], float32, device).DetachFromDisposeScope();
        _ends = tensor(positions, int64, device).DetachFromDisposeScope();
        _classes = tensor(classes, int64, device).DetachFromDisposeScope();
        _order = tensor(order, int64, device).DetachFromDisposeScope();
    }

    /// <summary>W, the tokens in a tile.</summary>
    public int TileLength { get; }

    /// <summary>G.</summary>
    public int TileCount { get; }

    /// <summary>Lays out suffixes whose ends are known as a tensor only, [C] int64.</summary>
    public static SuffixLayout Of(Tensor ends, long paddedLength)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = ends.cpu().contiguous();
        return new SuffixLayout(MemoryMarshal.Cast<byte, long>(values.bytes).ToArray(), paddedLength, ends.device);
    }

    /// <summary>All tiles in batches of at most some tiles: the first tile of each batch and how many it has.</summary>
    public IEnumerable<(int First, int Count)> Batches(int atOnce)
    {
        for (int first = 0; first < TileCount; first += atOnce)
        {
            yield return (first, Math.Min(atOnce, TileCount - first));
        }
    }

    /// <summary>The contents of g tiles from <paramref name="first"/> on, c classes.</summary>
    /// <returns>
    /// Rows [g * W] of the padded suffixes [C * S]; masks [g, W, W], added to the scores; ends [c] among the rows, tile by tile.
    /// </returns>
    public (Tensor Rows, Tensor Masks, Tensor Ends) Tiles(int first, int count)
    {
        return (
            _rows.narrow(0, (long)first * TileLength, (long)count * TileLength),
            _masks.narrow(0, first, count),
            Of(_ends, first, count) - (first * TileLength));
    }

    /// <summary>The classes in g tiles from <paramref name="first"/> on, tile by tile, [c] int64.</summary>
    public Tensor Classes(int first, int count) => Of(_classes, first, count);

    /// <summary>[B, C, D] tile by tile -> in the order of the classes.</summary>
    public Tensor InOrder(Tensor byTile) => byTile.index_select(1, _order);

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _masks.Dispose();
        _ends.Dispose();
        _classes.Dispose();
        _order.Dispose();
    }

    /// <summary>[C] -> [c], of the classes in g tiles.</summary>
    private Tensor Of(Tensor byTile, int first, int count) =>
        byTile.narrow(0, _firstEnd[first], _firstEnd[first + count] - _firstEnd[first]);

    /// <summary>
    /// Which classes go into which tile: each, longest first, into the first tile that has room, and no more tiles than a tile of the usual
    /// length needs.
    /// </summary>
    private static List<List<int>> Pack(int[] lengths, out int tileLength)
    {
        int total = lengths.Sum();
        int count = Math.Max(1, Math.Min(total / UsualTileLength, total / (2 * lengths.Max())));
        for (tileLength = Math.Max(lengths.Max(), (total + count - 1) / count); ; tileLength++)
        {
            var room = new List<int>();
            var tiles = new List<List<int>>();
            foreach (int c in Enumerable.Range(0, lengths.Length).OrderByDescending(c => lengths[c]))
            {
                int tile = room.FindIndex(r => r >= lengths[c]);
                if (tile < 0)
                {
                    tile = tiles.Count;
                    room.Add(tileLength);
                    tiles.Add([]);
                }

                room[tile] -= lengths[c];
                tiles[tile].Add(c);
            }

            if (tiles.Count <= count)
            {
                return tiles;
            }
        }
    }
}
