using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>
/// The text tower in a graph, over prompts that share their beginning and depend on the image there: what
/// <see cref="SharedPrefixEncoder"/> computes, with its letters in the shape comments. The tiles are those of the classes at the time.
/// </summary>
internal sealed class TextGraph(OnnxGraph graph, ClipModel model, TowerEdits edits)
{
    private readonly TextTransformer _tower = model.Text;

    /// <summary>Vectors [N, K, D] -> text features [N, C, J], not normalized.</summary>
    /// <param name="vectors">What the meta-nets give.</param>
    /// <param name="parts">The prompts with vectors of zeros: prefix [1, P, D] and suffixes [C, S, D].</param>
    /// <param name="sources">For each of the tokens after the start token, whose vector it is a copy of; null for another token.</param>
    public string Features(string vectors, PromptParts parts, IEnumerable<int?> sources)
    {
        using DisposeScope scope = NewDisposeScope();
        using SuffixLayout? made = parts.Layout is null ? SuffixLayout.Of(parts.End, parts.Suffix.shape[1]) : null;
        var tiles = new TileGraph(graph, parts.Layout ?? made!);
        long prefixLength = parts.Prefix.shape[1];
        string prefix = Prefix(vectors, parts.Prefix, [.. sources]);
        // The suffixes of the first block are the same for all images: [1, G * W, D].
        string suffixes = graph.Constant("text.suffixes", tiles.Packed(Placed(parts)));
        string x = "";
        for (int layer = 0; layer < _tower.Blocks.Count; layer++)
        {
            string name = $"text.blocks.{layer}";
            if (layer > 0 && edits.Tokens.ContainsKey(layer))
            {
                string[] sides = graph.Split(x, 1, prefixLength, tiles.Length);
                (prefix, prefixLength) = BlockGraph.Edited(graph, sides[0], prefixLength, edits, layer, name);
                x = graph.Concat(1, prefix, sides[1]);
            }
            else if (layer == 0)
            {
                (prefix, prefixLength) = BlockGraph.Edited(graph, prefix, prefixLength, edits, layer, name);
                x = graph.Concat(1, prefix, graph.ForEachImage(suffixes));
            }

            bool last = layer == _tower.Blocks.Count - 1;
            var block = new BlockGraph(graph, _tower.Blocks[layer], name);
            (Func<Func<string, string>, Sides> project, string normalized) = layer == 0
                ? Apart(block, prefix, suffixes)
                : Together(block, x, prefixLength, tiles.Length);
            (Sides queries, Sides keys, Sides values) = (project(block.Queries), project(block.Keys), project(block.Values));
            string attended = tiles.Attend(block, queries.Suffixes, keys, values, prefixLength); // [N, G * W, D]
            if (last)
            {
                // Of the last block only the ends are read: [N, C, D].
                attended = tiles.AtEnds(attended);
                normalized = tiles.AtEnds(normalized, prefixLength);
                x = tiles.AtEnds(x, prefixLength);
            }
            else
            {
                string mask = graph.Constant($"{name}.mask", _tower.CausalMask(prefixLength));
                attended = graph.Concat(1, block.Attend(queries.Prefix, keys.Prefix, values.Prefix, mask), attended);
            }

            string? beside = edits.Beside(layer) is { } adapter ? BlockGraph.Adapted(graph, normalized, adapter, $"{name}.adapter") : null;
            x = block.Complete(x, attended, beside);
        }

        string ends = BlockGraph.LayerNorm(graph, x, BlockGraph.Norm(graph, "text.ln_final", _tower.LnFinal));
        return graph.Add("MatMul", [ends, graph.Weights("text.proj", _tower.Projection)]);
    }

    /// <summary>[N, P, D]: the prefix with the vectors in their places, and positions.</summary>
    private string Prefix(string vectors, Tensor constant, int?[] sources)
    {
        using DisposeScope scope = NewDisposeScope();
        long length = constant.shape[1];
        int count = 1 + sources.Max()!.Value;
        float[] selection = new float[length * count]; // [P, K]
        foreach ((int token, int? source) in sources.Index())
        {
            if (source is { } k)
            {
                selection[((1 + token) * count) + k] = 1; // behind the start token
            }
        }

        string places = graph.Constant("text.prefix.places", tensor(selection, [length, count], float32, CPU));
        string chosen = graph.Add("MatMul", [places, vectors]); // [P, K] x [N, K, D] -> [N, P, D]
        string x = graph.Add("Add", [chosen, graph.Constant("text.prefix", constant)]);
        if (edits.AtEntry is { } entry)
        {
            x = graph.Add("Add", [x, BlockGraph.Adapted(graph, x, entry, "text.entry")]);
        }

        return graph.Add("Add", [x, graph.Constant("text.prefix.positions", _tower.PositionalEmbedding.narrow(0, 0, length))]);
    }

    /// <summary>The padded suffixes with positions: [C * S, D].</summary>
    private Tensor Placed(PromptParts parts) =>
        (edits.Enter(parts.Suffix) + _tower.PositionalEmbedding.narrow(0, parts.Prefix.shape[1], parts.Suffix.shape[1])).flatten(0, 1);

    /// <summary>
    /// What projects the input of the first block, where the suffixes are still the same for all images and projected once, and its
    /// normalized input [N, P + G * W, D].
    /// </summary>
    private (Func<Func<string, string>, Sides> Project, string Normalized) Apart(BlockGraph block, string prefix, string suffixes)
    {
        (string first, string second) = (block.Ln1(prefix), block.Ln1(suffixes));
        return (
            layer => new Sides(layer(first), graph.ForEachImage(layer(second))),
            graph.Concat(1, first, graph.ForEachImage(second)));
    }

    /// <summary>The same of a later block's input [N, P + G * W, D].</summary>
    private (Func<Func<string, string>, Sides> Project, string Normalized) Together(
        BlockGraph block, string x, long prefixLength, long suffixLength)
    {
        string normalized = block.Ln1(x);
        return (
            layer =>
            {
                string[] sides = graph.Split(layer(normalized), 1, prefixLength, suffixLength);
                return new Sides(sides[0], sides[1]);
            },
            normalized);
    }
}

/// <summary>Prefixes [N, P, D] and suffixes [N, G * W, D].</summary>
internal readonly record struct Sides(string Prefix, string Suffixes);
