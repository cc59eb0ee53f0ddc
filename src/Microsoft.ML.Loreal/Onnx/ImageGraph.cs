using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Prompts;
using TorchSharp;
using static TorchSharp.torch;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>The image tower in a graph: from 8-bit pixels to the features of the tower as a method changes it.</summary>
internal sealed class ImageGraph(OnnxGraph graph, ClipModel model, TowerEdits edits)
{
    private readonly VisionTransformer _tower = model.Visual;

    /// <summary>Pixels [N, phi, phi, 3] -> the first R = <paramref name="read"/> tokens after the last block, [N, R, D].</summary>
    public string Tokens(string pixels, ImageProcessorSettings preprocessing, int resolution, long read)
    {
        int grid = resolution / model.Config.PatchSize;
        string x = BlockGraph.LayerNorm(
            graph, Embedded(Patches(pixels, grid, preprocessing), grid), BlockGraph.Norm(graph, "visual.ln_pre", _tower.LnPre));
        if (edits.AtEntry is { } entry)
        {
            x = graph.Add("Add", [x, BlockGraph.Adapted(graph, x, entry, "visual.entry")]);
        }

        long length = 1 + ((long)grid * grid);
        for (int layer = 0; layer < _tower.Blocks.Count; layer++)
        {
            string name = $"visual.blocks.{layer}";
            (x, length) = BlockGraph.Edited(graph, x, length, edits, layer, name);
            bool last = layer == _tower.Blocks.Count - 1;
            var block = new BlockGraph(graph, _tower.Blocks[layer], name);
            string normalized = block.Ln1(x);
            // Of the last block only the tokens that are read are computed.
            string selected = last ? graph.Slice(x, 1, 0, read) : x;
            string asking = last ? graph.Slice(normalized, 1, 0, read) : normalized;
            string attended = block.Attend(block.Queries(asking), block.Keys(normalized), block.Values(normalized));
            string? beside = edits.Beside(layer) is { } adapter ? BlockGraph.Adapted(graph, asking, adapter, $"{name}.adapter") : null;
            x = block.Complete(selected, attended, beside);
        }

        return BlockGraph.LayerNorm(graph, x, BlockGraph.Norm(graph, "visual.ln_post", _tower.LnPost));
    }

    /// <summary>The class token's features: the normalized tokens [N, R, D] -> [N, J], not of unit length.</summary>
    public string ClassFeature(string tokens) =>
        graph.Add("MatMul", [Row(tokens), graph.Weights("visual.proj", _tower.Projection)]);

    /// <summary>The second feature: the normalized tokens [N, 1 + n, D] -> [N, J], not of unit length.</summary>
    public string Second(string tokens, SecondFeature second)
    {
        string own = graph.Slice(tokens, 1, 1, 1 + second.Tokens); // [N, n, D]
        string mean = graph.Add("ReduceMean", [own], OnnxGraph.Attribute("axes", [1]), OnnxGraph.Attribute("keepdims", 0L));
        return graph.Add("MatMul", [mean, graph.Weights("visual.second.proj", second.Projection)]);
    }

    /// <summary>The first token: [N, R, D] -> [N, D].</summary>
    private string Row(string tokens) => graph.Reshape(graph.Slice(tokens, 1, 0, 1), 0, -1);

    /// <summary>Pixels [N, phi, phi, 3] -> normalized patches [N, grid * grid, patch * patch * 3].</summary>
    private string Patches(string pixels, int grid, ImageProcessorSettings preprocessing)
    {
        int patch = model.Config.PatchSize;
        string tiles = graph.Transpose(graph.Reshape(pixels, 0, grid, patch, grid, patch, 3), 0, 1, 3, 2, 4, 5);
        string levels = graph.Add("Cast", [tiles], OnnxGraph.Attribute("to", (long)DataType.Float));
        string rescaled = preprocessing.RescaleFactor == ImageProcessorSettings.DefaultRescaleFactor
            ? graph.Add("Div", [levels, graph.Number(byte.MaxValue)])
            : graph.Add("Mul", [levels, graph.Number((float)preprocessing.RescaleFactor)]);
        using Tensor mean = tensor(preprocessing.Mean.ToArray(), float32, CPU);           // [3]
        using Tensor deviation = tensor(preprocessing.Deviation.ToArray(), float32, CPU); // [3]
        string normalized = graph.Add(
            "Div", [graph.Add("Sub", [rescaled, graph.Constant("pixels.mean", mean)]), graph.Constant("pixels.deviation", deviation)]);
        return graph.Reshape(normalized, 0, (long)grid * grid, patch * patch * 3L);
    }

    /// <summary>Patches [N, grid * grid, patch * patch * 3] -> class token and patches with positions, [N, 1 + grid * grid, D].</summary>
    private string Embedded(string patches, int grid)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = _tower.PatchWeight.shape[0];
        // [D, 3, patch, patch] -> [patch, patch, 3, D] -> [patch * patch * 3, D], in the order of the pixels' bytes
        Tensor weight = _tower.PatchWeight.permute(2, 3, 1, 0).reshape(-1, width);
        Tensor positions = _tower.Positions.ForGrid(grid); // [1 + grid * grid, D]
        Tensor classToken = (_tower.ClassEmbedding + positions[0]).view(1, 1, width);
        string embedded = graph.Add(
            "Add",
            [
                graph.Add("MatMul", [patches, graph.Weights("visual.conv1.weight", weight)]),
                graph.Constant("visual.positions", positions.narrow(0, 1, (long)grid * grid)),
            ]);
        return graph.Concat(1, graph.ForEachImage(graph.Constant("visual.class_token", classToken)), embedded);
    }
}
