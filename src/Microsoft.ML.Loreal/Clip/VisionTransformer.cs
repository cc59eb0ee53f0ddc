using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>CLIP's image tower. Its steps are open, so that what a prompt method leaves as it is need be computed only once.</summary>
internal sealed class VisionTransformer : nn.Module
{
    private readonly int _patch;
    private readonly int _heads;

    /// <summary>Normalized pixels [B, 3, H, H], H a multiple of the patch -> features [B, J], not normalized.</summary>
    public Tensor Forward(Tensor pixels) => Forward(pixels, TowerEdits.None);

    /// <summary>As <see cref="Forward(Tensor)"/>, of the tower as a method changes it.</summary>
    public Tensor Forward(Tensor pixels, TowerEdits edits)
    {
        using DisposeScope scope = NewDisposeScope();
        return Features(Tokens(pixels), 0, edits).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// From what enters block <paramref name="from"/>, [B, T, D], to the features [B, J], not normalized. Of the last block only the class
    /// token is read.
    /// </summary>
    public Tensor Features(Tensor x, int from, TowerEdits edits)
    {
        using DisposeScope scope = NewDisposeScope();
        return Pool(Finish(x, from, 1, edits)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [B, 3, H, H] -> [B, 1 + grid * grid, D]: the class token and the patches, with positions, before <see cref="LnPre"/>.
    /// </summary>
    public Tensor Embed(Tensor pixels)
    {
        Check(pixels);
        using DisposeScope scope = NewDisposeScope();
        long images = pixels.shape[0];
        int grid = (int)(pixels.shape[2] / _patch);
        long width = PatchWeight.shape[0];
        Tensor positions = Positions.ForGrid(grid);
        // The convolution's stride is its size, so it is a matrix product:
        // [B, 3, grid * patch, grid * patch] -> [B, 3, grid, patch, grid, patch] -> [B, grid, grid, 3, patch, patch]
        Tensor tiles = pixels.reshape(images, 3, grid, _patch, grid, _patch).permute(0, 2, 4, 1, 3, 5);
        // [B, grid, grid, 3, patch, patch] -> [B, grid * grid, 3 * patch * patch]
        Tensor pieces = tiles.reshape(images, grid * grid, 3 * _patch * _patch);
        // [B, grid * grid, 3 * patch * patch] -> [B, grid * grid, D]
        Tensor patches = nn.functional.linear(pieces, PatchWeight.view(width, -1));
        // [D] -> [B, 1, D]
        Tensor classToken = ClassEmbedding.expand(images, 1, width);
        return (cat([classToken, patches], dim: 1) + positions).MoveToOuterDisposeScope();
    }

    /// <summary>[B, 3, H, H] -> [B, 1 + grid * grid, D], what enters the first block.</summary>
    public Tensor Tokens(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        return LnPre.Forward(Embed(pixels)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Through some blocks: [B, T, D], what enters block <paramref name="from"/>, -> [B, T', D], what leaves the one before
    /// <paramref name="to"/>.
    /// </summary>
    public Tensor Advance(Tensor x, int from, int to, TowerEdits edits)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = x.alias();
        for (int layer = from; layer < to; layer++)
        {
            // Freed at once: what a block writes then lies where the processor's caches have the last one's.
            using Tensor entering = states;
            states = Blocks[layer].Forward(Edited(entering, layer, edits), adapter: edits.Beside(layer));
        }

        return states.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Through the remaining blocks: [B, T, D], what enters block <paramref name="from"/>, -> [B, R, D], the first R =
    /// <paramref name="read"/> tokens after the last block.
    /// </summary>
    public Tensor Finish(Tensor x, int from, long read, TowerEdits edits)
    {
        using DisposeScope scope = NewDisposeScope();
        int last = Blocks.Count - 1;
        Tensor states = Edited(from < last ? Advance(x, from, last, edits) : x, last, edits);
        return Blocks[last].ForwardSelected(states, states.narrow(1, 0, read), adapter: edits.Beside(last)).MoveToOuterDisposeScope();
    }

    /// <summary>[B, T, D] after the last block -> [B, J]: the class token's features.</summary>
    public Tensor Pool(Tensor x) => LnPost.Forward(x.select(1, 0)).matmul(Projection);

    /// <summary>[D, 3, patch, patch].</summary>
    public Parameter PatchWeight { get; }

    /// <summary>[D].</summary>
    public Parameter ClassEmbedding { get; }

    public PositionEmbedding Positions { get; }

    public FrozenLayerNorm LnPre { get; }

    public IReadOnlyList<ResidualAttentionBlock> Blocks { get; }

    public FrozenLayerNorm LnPost { get; }

    /// <summary>[D, J].</summary>
    public Parameter Projection { get; }

    public VisionTransformer(ClipConfig config, Func<string, Tensor> load, ScalarType blockType)
        : base("visual")
    {
        _patch = config.PatchSize;
        _heads = config.VisionHeads;
        PatchWeight = new Parameter(load("visual.conv1.weight"), requires_grad: false);
        ClassEmbedding = new Parameter(load("visual.class_embedding"), requires_grad: false);
        Positions = new PositionEmbedding("positional_embedding", config.Grid, load("visual.positional_embedding"));
        double epsilon = config.VisionLayerNormEpsilon;
        LnPre = new FrozenLayerNorm("ln_pre", load("visual.ln_pre.weight"), load("visual.ln_pre.bias"), epsilon);
        Blocks = [.. Enumerable.Range(0, config.VisionLayers).Select(i => new ResidualAttentionBlock(
            $"block{i}", config.VisionHeads, config.VisionActivation, epsilon, $"visual.transformer.resblocks.{i}.", load, blockType))];
        LnPost = new FrozenLayerNorm("ln_post", load("visual.ln_post.weight"), load("visual.ln_post.bias"), epsilon);
        Projection = new Parameter(load("visual.proj"), requires_grad: false);
        register_parameter("conv1", PatchWeight);
        register_parameter("class_embedding", ClassEmbedding);
        register_module("positional_embedding", Positions);
        register_module("ln_pre", LnPre);
        foreach (ResidualAttentionBlock block in Blocks)
        {
            register_module(block.GetName(), block);
        }

        register_module("ln_post", LnPost);
        register_parameter("proj", Projection);
    }

    /// <summary>
    /// Roughly how many numbers a pass with gradients keeps for each image of H = <paramref name="side"/> until they are computed.
    /// </summary>
    public long RetainedElements(int side)
    {
        // A block keeps, of every token, both norms' inputs, queries, keys and values, and the perceptron's inner layer; of every pair of
        // tokens and head, scores and weights.
        const long WidthsPerToken = 11;
        const long ElementsPerPair = 3;
        long tokens = 1 + ((long)(side / _patch) * (side / _patch));
        return Blocks.Count * tokens * ((WidthsPerToken * PatchWeight.shape[0]) + (ElementsPerPair * _heads * tokens));
    }

    /// <summary>What enters a block, as a method changes it: [B, T, D] -> [B, T', D].</summary>
    private static Tensor Edited(Tensor x, int block, TowerEdits edits) => edits.Before(block, block == 0 ? edits.Enter(x) : x);

    private void Check(Tensor pixels)
    {
        long[] shape = pixels.shape;
        if (shape.Length != 4 || shape[1] != 3 || shape[2] != shape[3]
            || shape[0] < 1 || shape[2] < _patch || shape[2] % _patch != 0 || pixels.dtype != ScalarType.Float32)
        {
            throw new ArgumentException(
                $"The images are {pixels.dtype} [{string.Join(", ", shape)}]; expected Float32 [images, 3, side, side] with a side that is "
                + $"a multiple of the patch size {_patch}.",
                nameof(pixels));
        }
    }
}
