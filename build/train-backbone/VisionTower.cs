using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>The image half of CLIP. For training it can look at a random part of the patches only, which is much faster.</summary>
internal sealed class VisionTower : nn.Module
{
    private readonly ClipConfig _config;

#pragma warning disable IDE1006 // The names are those of openai's checkpoints.
    internal readonly Linear conv1;
    internal readonly Parameter class_embedding;
    internal readonly Parameter positional_embedding;
    internal readonly LayerNorm ln_pre;
    internal readonly ModuleList<Block> resblocks;
    internal readonly LayerNorm ln_post;
    internal readonly Parameter proj;
#pragma warning restore IDE1006

    internal VisionTower(ClipConfig config)
        : base(nameof(VisionTower))
    {
        _config = config;
        int width = config.VisionWidth;
        double scale = Math.Pow(width, -0.5);
        // A convolution whose stride is its kernel is a linear layer on patches.
        conv1 = nn.Linear(3 * config.PatchSize * config.PatchSize, width, hasBias: false);
        class_embedding = nn.Parameter(randn([width]) * scale);
        positional_embedding = nn.Parameter(Positions(config.Grid, width, scale));
        ln_pre = nn.LayerNorm(width);
        resblocks = nn.ModuleList(Enumerable.Range(0, config.VisionLayers)
            .Select(_ => new Block(width, config.VisionHeads, config.VisionLayers)).ToArray());
        ln_post = nn.LayerNorm(width);
        proj = nn.Parameter(randn([width, config.EmbedDimension]) * scale);
        RegisterComponents();
    }

    /// <summary>
    /// Normalized pictures [n, 3, side, side] to features [n, joint] of length 1, all tokens after the last norm [n, 1 + seen, width],
    /// and which patches were seen, [n, seen].
    /// </summary>
    internal (Tensor Features, Tensor Tokens, Tensor Seen) Forward(Tensor pictures, int? keep = null, Generator? generator = null)
    {
        (long n, long grid, int patch) = (pictures.shape[0], pictures.shape[3] / _config.PatchSize, _config.PatchSize);
        // [n, 3, grid * patch, grid * patch] -> [n, grid, grid, 3, patch, patch] -> [n, grid * grid, 3 * patch * patch]
        Tensor patches = pictures.reshape(n, 3, grid, patch, grid, patch)
            .permute(0, 2, 4, 1, 3, 5).reshape(n, grid * grid, 3 * patch * patch);
        Tensor places = PositionsFor(grid);
        Tensor ofPatches = places.narrow(0, 1, grid * grid);
        Tensor seen;
        Tensor x;
        if (keep is { } count)
        {
            seen = rand([n, grid * grid], generator: generator).argsort(1).narrow(1, 0, count);
            // [n, count] -> [n, count, 3 * patch * patch]
            patches = patches.gather(1, seen.unsqueeze(2).expand(n, count, patches.shape[2]));
            x = conv1.call(patches) + ofPatches.index_select(0, seen.reshape(-1)).reshape(n, count, -1);
        }
        else
        {
            seen = arange(grid * grid).expand(n, grid * grid);
            x = conv1.call(patches) + ofPatches;
        }
        // [width] -> [n, 1, width]
        Tensor first = (class_embedding + places.select(0, 0)).expand(n, 1, -1);
        x = ln_pre.call(cat([first, x], 1));
        foreach (Block block in resblocks)
        {
            x = block.call(x, null);
        }
        Tensor tokens = ln_post.call(x);
        return (nn.functional.normalize(tokens.select(1, 0).matmul(proj), dim: -1), tokens, seen);
    }

    // Two-dimensional sines and cosines to start from; attention finds neighbors earlier than from noise.
    private static Tensor Positions(int grid, int width, double scale)
    {
        Tensor axis = arange(grid, dtype: ScalarType.Float32).unsqueeze(1);
        Tensor frequencies = pow(100, -(arange(width / 4, dtype: ScalarType.Float32) / (width / 4.0)));
        Tensor angles = axis * frequencies;
        // [grid, width / 2]
        Tensor waves = cat([angles.sin(), angles.cos()], 1);
        Tensor rows = waves.unsqueeze(1).expand(grid, grid, width / 2);
        Tensor columns = waves.unsqueeze(0).expand(grid, grid, width / 2);
        // [grid, grid, width] -> [grid * grid, width]
        Tensor places = cat([rows, columns], 2).reshape(grid * grid, width) * 0.5;
        return cat([randn([1, width]) * scale, places], 0);
    }

    // At another resolution the grid of position embeddings is resized like a picture.
    private Tensor PositionsFor(long grid)
    {
        if (grid == _config.Grid)
        {
            return positional_embedding;
        }
        (int trained, int width) = (_config.Grid, _config.VisionWidth);
        // [trained * trained, width] -> [1, width, trained, trained]
        Tensor picture = positional_embedding.narrow(0, 1, trained * trained).t().reshape(1, width, trained, trained);
        Tensor resized = nn.functional.interpolate(
            picture, [grid, grid], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true);
        // [1, width, grid, grid] -> [grid * grid, width]
        return cat([positional_embedding.narrow(0, 0, 1), resized.reshape(width, grid * grid).t()], 0);
    }
}
