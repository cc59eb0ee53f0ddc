using Microsoft.ML.Loreal.Prompts;
using TorchSharp;
using static Microsoft.ML.Loreal.Onnx.OnnxGraph;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>The tiles of a <see cref="SuffixLayout"/> in a graph, all at once.</summary>
internal sealed class TileGraph
{
    private readonly OnnxGraph _graph;
    private readonly SuffixLayout _layout;
    private readonly string _mask;  // [G, W, W]
    private readonly long[] _ends; // [C], where among the G * W tokens each class ends

    public TileGraph(OnnxGraph graph, SuffixLayout layout)
    {
        (_graph, _layout) = (graph, layout);
        using DisposeScope scope = NewDisposeScope();
        (_, Tensor masks, Tensor ends) = layout.Tiles(0, layout.TileCount);
        _mask = graph.Constant("text.tiles.mask", masks);
        Tensor byClass = layout.InOrder(ends.view(1, -1, 1)).flatten().cpu(); // [C] tile by tile -> [1, C, 1] -> [C] in order
        _ends = [.. byClass.data<long>()];
    }

    /// <summary>G * W.</summary>
    public long Length => (long)_layout.TileCount * _layout.TileLength;

    /// <summary>Padded suffixes [C * S, D] -> [1, G * W, D].</summary>
    public Tensor Packed(Tensor padded) => padded.index_select(0, _layout.Tiles(0, _layout.TileCount).Rows).unsqueeze(0);

    /// <summary>Of [N, before + G * W, D] the classes' ends: [N, C, D].</summary>
    public string AtEnds(string x, long before = 0) =>
        _graph.Add("Gather", [x, _graph.Integers([.. _ends.Select(end => before + end)])], Attribute("axis", 1L));

    /// <summary>Every tile attends to the prefix of its image and to itself: [N, G * W, D].</summary>
    public string Attend(BlockGraph block, string queries, Sides keys, Sides values, long prefixLength)
    {
        (long tiles, long width) = (_layout.TileCount, _layout.TileLength);
        string all = block.Heads(queries);                                                             // [N, H, G * W, E]
        string shared = _graph.Add("MatMul", [all, block.HeadsAsColumns(keys.Prefix)]);                // [N, H, G * W, P]
        shared = _graph.Reshape(shared, 0, 0, tiles, width, prefixLength);                             // [N, H, G, W, P]
        string columns = _graph.Transpose(InTiles(block.Heads(keys.Suffixes)), 0, 1, 2, 4, 3);         // [N, H, G, E, W]
        string own = _graph.Add("Add", [_graph.Add("MatMul", [InTiles(all), columns]), _mask]);        // [N, H, G, W, W]
        string weights = _graph.Add("Softmax", [_graph.Concat(-1, shared, own)], Attribute("axis", -1L));
        string[] parts = _graph.Split(weights, -1, prefixLength, width);                               // [N, H, G, W, P], [N, H, G, W, W]
        string ofPrefix = _graph.Add(
            "MatMul", [_graph.Reshape(parts[0], 0, 0, tiles * width, prefixLength), block.Heads(values.Prefix)]); // [N, H, G * W, E]
        string ofTile = _graph.Add("MatMul", [parts[1], InTiles(block.Heads(values.Suffixes))]);       // [N, H, G, W, E]
        return block.Merged(_graph.Add("Add", [ofPrefix, _graph.Reshape(ofTile, 0, 0, tiles * width, block.HeadWidth)]));

        // [N, H, G * W, E] -> [N, H, G, W, E]
        string InTiles(string heads) => _graph.Reshape(heads, 0, 0, tiles, width, block.HeadWidth);
    }
}
