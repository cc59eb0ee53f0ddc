using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>
/// One layer of a transformer. It trains with SiLU; <see cref="OpenAINames"/> turns that into QuickGELU without a difference.
/// </summary>
internal sealed class Block : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly int _heads;

#pragma warning disable IDE1006 // The names are those of openai's checkpoints.
    internal readonly LayerNorm ln_1;
    internal readonly Linear in_proj;
    internal readonly Linear out_proj;
    internal readonly LayerNorm ln_2;
    internal readonly Linear c_fc;
    internal readonly Linear c_proj;
#pragma warning restore IDE1006

    internal Block(int width, int heads, int layers)
        : base(nameof(Block))
    {
        _heads = heads;
        ln_1 = nn.LayerNorm(width);
        in_proj = nn.Linear(width, 3 * width);
        out_proj = nn.Linear(width, width);
        ln_2 = nn.LayerNorm(width);
        c_fc = nn.Linear(width, 4 * width);
        c_proj = nn.Linear(4 * width, width);
        RegisterComponents();

        double deviation = Math.Pow(width, -0.5);
        double residual = deviation * Math.Pow(2 * layers, -0.5);
        Start(in_proj, deviation);
        Start(out_proj, residual);
        // The factor of QuickGELU lies in these two while training.
        Start(c_fc, OpenAINames.QuickGelu * Math.Pow(2 * width, -0.5));
        Start(c_proj, residual / OpenAINames.QuickGelu);
    }

    public override Tensor forward(Tensor x, Tensor? mask)
    {
        (long batch, long tokens, long width) = (x.shape[0], x.shape[1], x.shape[2]);
        long size = width / _heads;
        // [batch, tokens, 3 * width] -> [3, batch, heads, tokens, size]
        Tensor parts = in_proj.call(ln_1.call(x)).reshape(batch, tokens, 3, _heads, size).permute(2, 0, 3, 1, 4);
        Tensor weights = (parts.select(0, 0) * Math.Pow(size, -0.5)).matmul(parts.select(0, 1).transpose(-2, -1));
        if (mask is not null)
        {
            weights = weights + mask;
        }
        // [batch, heads, tokens, size] -> [batch, tokens, width]
        Tensor mixed = weights.softmax(-1).matmul(parts.select(0, 2)).transpose(1, 2).reshape(batch, tokens, width);
        x = x + out_proj.call(mixed);
        return x + c_proj.call(nn.functional.silu(c_fc.call(ln_2.call(x))));
    }

    private static void Start(Linear layer, double deviation)
    {
        nn.init.normal_(layer.weight, 0, deviation);
        nn.init.zeros_(layer.bias!);
    }
}
