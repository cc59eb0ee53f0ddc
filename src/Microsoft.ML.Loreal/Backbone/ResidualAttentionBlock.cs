using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>One block of either transformer: attention and a two-layer perceptron, each after a layer normalisation and added to its input.</summary>
internal sealed class ResidualAttentionBlock : nn.Module
{
    private const double QuickGelu = 1.702;

    public ResidualAttentionBlock(string name, int heads, string prefix, Func<string, Tensor> load)
        : base(name)
    {
        Ln1 = new FrozenLayerNorm("ln_1", load(prefix + "ln_1.weight"), load(prefix + "ln_1.bias"));
        Attention = new MultiHeadAttention(
            "attn",
            heads,
            new FrozenLinear("in_proj", load(prefix + "attn.in_proj_weight"), load(prefix + "attn.in_proj_bias")),
            new FrozenLinear("out_proj", load(prefix + "attn.out_proj.weight"), load(prefix + "attn.out_proj.bias")));
        Ln2 = new FrozenLayerNorm("ln_2", load(prefix + "ln_2.weight"), load(prefix + "ln_2.bias"));
        Expand = new FrozenLinear("c_fc", load(prefix + "mlp.c_fc.weight"), load(prefix + "mlp.c_fc.bias"));
        Contract = new FrozenLinear("c_proj", load(prefix + "mlp.c_proj.weight"), load(prefix + "mlp.c_proj.bias"));
        register_module("ln_1", Ln1);
        register_module("attn", Attention);
        register_module("ln_2", Ln2);
        register_module("c_fc", Expand);
        register_module("c_proj", Contract);
    }

    public FrozenLayerNorm Ln1 { get; }

    public MultiHeadAttention Attention { get; }

    public FrozenLayerNorm Ln2 { get; }

    /// <summary>The perceptron's first layer, D -> 4 D.</summary>
    public FrozenLinear Expand { get; }

    /// <summary>The perceptron's second layer, 4 D -> D.</summary>
    public FrozenLinear Contract { get; }

    /// <summary>[B, T, D] -> [B, T, D]. The mask, [T, T], is added to the attention's scores.</summary>
    public Tensor Forward(Tensor x, Tensor? mask = null)
    {
        x = x + Attention.Forward(Ln1.Forward(x), mask);
        return x + Perceptron(Ln2.Forward(x));
    }

    /// <summary>[..., D] -> [..., D]: expand, z * sigmoid(1.702 z), contract.</summary>
    public Tensor Perceptron(Tensor x)
    {
        Tensor z = Expand.Forward(x);
        return Contract.Forward(z * (z * QuickGelu).sigmoid());
    }
}
