using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>
/// One block of either transformer: attention and a two-layer perceptron, each after a layer normalization and added to its input.
/// </summary>
internal sealed class ResidualAttentionBlock : nn.Module
{
    private const double QuickGelu = 1.702;

    /// <summary>
    /// [B, T, D] -> [B, T, D]. The mask, [T, T], is added to the attention's scores. What the adapter makes of the input after
    /// <see cref="Ln1"/> is added to the result.
    /// </summary>
    public Tensor Forward(Tensor x, Tensor? mask = null, Adapter? adapter = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor normalized = Ln1.Forward(x);
        return Complete(x, Attention.Forward(normalized, mask), adapter?.Forward(normalized)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The block's result for some of its tokens only, which is all that is read of the last block: x [B, T, D] and of it
    /// <paramref name="selected"/> [B, S, D] -> [B, S, D]. The mask is [B, 1, S, T] or broadcastable to it. What the adapter makes of the
    /// selected input after <see cref="Ln1"/> is added to the result.
    /// </summary>
    public Tensor ForwardSelected(Tensor x, Tensor selected, Tensor? mask = null, Adapter? adapter = null)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor keys, Tensor values) = Attention.KeysAndValues(Ln1.Forward(x));
        Tensor normalized = Ln1.Forward(selected);
        Tensor attended = MultiHeadAttention.Attend(Attention.Queries(normalized), keys, values, mask);
        return Complete(selected, attended, adapter?.Forward(normalized)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// What follows the attention: its output's projection, the perceptron, and both sums; <paramref name="beside"/> is added last.
    /// </summary>
    public Tensor Complete(Tensor x, Tensor attended, Tensor? beside = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = Add(Attention.Output.Forward(attended), x);
        using Tensor normalized = Ln2.Forward(sum);
        Tensor result = Add(Perceptron(normalized), sum);
        return (beside is null ? result : Add(result, beside)).MoveToOuterDisposeScope();
    }

    /// <summary>[..., D] -> [..., D]: expand, the activation, contract.</summary>
    public Tensor Perceptron(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor z = Expand.Forward(x);
        // With QuickGELU the two layers carry the factor 1.702, so that one operator is left: z * sigmoid(1.702 z) = silu(1.702 z) / 1.702.
        Tensor activated = Activation == ClipActivation.Gelu
            ? nn.functional.gelu(z)
            : nn.functional.silu(z, inplace: !z.requires_grad);
        return Contract.Forward(activated).MoveToOuterDisposeScope();
    }

    public FrozenLayerNorm Ln1 { get; }

    public MultiHeadAttention Attention { get; }

    public FrozenLayerNorm Ln2 { get; }

    /// <summary>The perceptron's activation.</summary>
    public ClipActivation Activation { get; }

    /// <summary>The perceptron's first layer, D -> 4 D; with QuickGELU times 1.702.</summary>
    public FrozenLinear Expand { get; }

    /// <summary>The perceptron's second layer, 4 D -> D; with QuickGELU its weight is divided by 1.702.</summary>
    public FrozenLinear Contract { get; }

    /// <summary>Makes a block.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="heads">H.</param>
    /// <param name="activation">The perceptron's activation.</param>
    /// <param name="epsilon">What the layer normalizations add to the variance.</param>
    /// <param name="prefix">What its tensors' names begin with.</param>
    /// <param name="load">Gives the tensor of a name, in single precision, which the block takes over.</param>
    /// <param name="type">
    /// In what the linear layers and the attention compute. What enters and leaves the block is single precision.
    /// </param>
    public ResidualAttentionBlock(
        string name, int heads, ClipActivation activation, double epsilon, string prefix, Func<string, Tensor> load, ScalarType type)
        : base(name)
    {
        Activation = activation;
        double factor = activation == ClipActivation.QuickGelu ? QuickGelu : 1;
        Ln1 = new FrozenLayerNorm("ln_1", load(prefix + "ln_1.weight"), load(prefix + "ln_1.bias"), epsilon);
        Attention = new MultiHeadAttention(
            "attn",
            heads,
            new FrozenLinear("in_proj", load(prefix + "attn.in_proj_weight"), load(prefix + "attn.in_proj_bias"), type),
            new FrozenLinear("out_proj", load(prefix + "attn.out_proj.weight"), load(prefix + "attn.out_proj.bias"), type));
        Ln2 = new FrozenLayerNorm("ln_2", load(prefix + "ln_2.weight"), load(prefix + "ln_2.bias"), epsilon);
        Expand = new FrozenLinear("c_fc", load(prefix + "mlp.c_fc.weight").mul_(factor), load(prefix + "mlp.c_fc.bias").mul_(factor), type);
        Contract = new FrozenLinear("c_proj", load(prefix + "mlp.c_proj.weight").div_(factor), load(prefix + "mlp.c_proj.bias"), type);
        register_module("ln_1", Ln1);
        register_module("attn", Attention);
        register_module("ln_2", Ln2);
        register_module("c_fc", Expand);
        register_module("c_proj", Contract);
    }

    /// <summary>
    /// The sum in single precision, in the place of the first, which nothing else reads, unless gradients pass through it.
    /// </summary>
    private static Tensor Add(Tensor own, Tensor other)
    {
        if (own.dtype != other.dtype)
        {
            using Tensor reduced = own;
            return other + reduced;
        }

        return own.requires_grad || other.requires_grad ? own + other : own.add_(other);
    }
}
