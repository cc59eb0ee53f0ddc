using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>
/// Multi-head attention with one projection to queries, keys and values. Its steps are open, so that keys and values can be shared between
/// sequences.
/// </summary>
internal sealed class MultiHeadAttention : nn.Module
{
    public MultiHeadAttention(string name, int heads, FrozenLinear input, FrozenLinear output)
        : base(name)
    {
        Heads = heads;
        Input = input;
        Output = output;
        register_module("in_proj", Input);
        register_module("out_proj", Output);
    }

    /// <summary>H.</summary>
    public int Heads { get; }

    /// <summary>Queries, keys and values stacked: [3 D, D].</summary>
    public FrozenLinear Input { get; }

    /// <summary>[D, D].</summary>
    public FrozenLinear Output { get; }

    /// <summary>
    /// Every token attends to all: [B, T, D] -> [B, T, D], before <see cref="Output"/>. The mask, [T, T], is added to the scores.
    /// </summary>
    public Tensor Forward(Tensor x, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor queries, Tensor keys, Tensor values) = Project(x);
        return Attend(queries, keys, values, mask).MoveToOuterDisposeScope();
    }

    /// <summary>[B, T, D] -> queries, keys and values [B, H, T, D / H].</summary>
    public (Tensor Queries, Tensor Keys, Tensor Values) Project(Tensor x) => Split(Input.Forward(x));

    /// <summary>What <see cref="Input"/> gives, [B, T, 3 D] -> queries, keys and values [B, H, T, D / H].</summary>
    public (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor projected)
    {
        long[] shape = projected.shape;
        // [B, T, 3 D] -> [B, T, 3, H, D / H] -> [3, B, H, T, D / H]
        Tensor all = projected.view(shape[0], shape[1], 3, Heads, shape[2] / (3 * Heads)).permute(2, 0, 3, 1, 4);
        // Unbound, not selected one by one: that gives them one gradient instead of three, mostly zeros, and their sum.
        Tensor[] parts = all.unbind(0);
        return (parts[0], parts[1], parts[2]);
    }

    /// <summary>[B, T, D] -> queries alone, [B, H, T, D / H].</summary>
    public Tensor Queries(Tensor x) => Part(x, first: 0, count: 1).squeeze(0);

    /// <summary>[B, T, D] -> keys and values alone, [B, H, T, D / H].</summary>
    public (Tensor Keys, Tensor Values) KeysAndValues(Tensor x)
    {
        Tensor[] both = Part(x, first: 1, count: 2).unbind(0);
        return (both[0], both[1]);
    }

    /// <summary>
    /// Queries [B, H, T, D / H] over keys and values [B, H, S, D / H] -> [B, T, D], in their type, which the mask need not have.
    /// </summary>
    public static Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = queries.shape;
        Tensor? added = mask is null || mask.dtype == queries.dtype ? mask : mask.to(queries.dtype);
        // A processor's fused operator multiplies every head on its own, and in bfloat16 each of these small products costs more to prepare
        // than to compute.
        bool ofAllHeads = queries.device_type == DeviceType.CPU && queries.dtype == ScalarType.BFloat16;
        Tensor attended = ofAllHeads
            ? AttendWithAllHeads(queries, keys, values, added)
            : nn.functional.scaled_dot_product_attention(queries, keys, values, added);
        // [B, H, T, D / H] -> [B, T, H, D / H] -> [B, T, D]
        return attended.transpose(1, 2).reshape(shape[0], shape[2], shape[1] * shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>What the fused operator computes, with one product of all heads at a time.</summary>
    private static Tensor AttendWithAllHeads(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = queries.shape;
        double scale = 1 / Math.Sqrt(shape[3]);
        // [B, H, T, D / H] and [B, H, D / H, S], both as [B * H, ..] -> [B * H, T, S] -> [B, H, T, S]
        using Tensor products = bmm(
            queries.flatten(0, 1), keys.flatten(0, 1).transpose(1, 2)).view(shape[0], shape[1], shape[2], keys.shape[2]);
        Tensor scores = mask is null ? products * scale : mask.add(products, scale);
        // [B * H, T, S] and [B * H, S, D / H] -> [B * H, T, D / H] -> [B, H, T, D / H]
        return bmm(scores.softmax(3).flatten(0, 1), values.flatten(0, 1)).view(shape).MoveToOuterDisposeScope();
    }

    /// <summary>Some of the three projections: [B, T, D] -> [count, B, H, T, D / H].</summary>
    private Tensor Part(Tensor x, long first, long count)
    {
        long[] shape = x.shape;
        long width = shape[2];
        // [B, T, count D] -> [B, T, count, H, D / H] -> [count, B, H, T, D / H]
        return Input.Forward(x, first * width, count * width).view(
            shape[0], shape[1], count, Heads, width / Heads).permute(2, 0, 3, 1, 4);
    }
}
