using Microsoft.ML.Loreal.Clip;
using TorchSharp;
using static Microsoft.ML.Loreal.Onnx.OnnxGraph;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>A linear layer's weights in a graph.</summary>
/// <param name="Weight">[in, out].</param>
/// <param name="Bias">[out].</param>
/// <param name="Scale">[out], what the weights are multiplied with where they are 8-bit whole numbers.</param>
internal readonly record struct LayerWeights(string Weight, string Bias, string? Scale = null);

/// <summary>A layer normalization's weights in a graph.</summary>
/// <param name="Weight">[D].</param>
/// <param name="Bias">[D].</param>
/// <param name="Epsilon">What is added to the variance.</param>
internal readonly record struct NormWeights(string Weight, string Bias, float Epsilon);

/// <summary>
/// One block of either transformer in a graph, the operators of <see cref="ResidualAttentionBlock"/>. Its steps are open, as those are.
/// </summary>
internal sealed class BlockGraph
{
    private readonly OnnxGraph _graph;
    private readonly ResidualAttentionBlock _block;
    private readonly string _name;
    private readonly NormWeights _ln1;
    private readonly LayerWeights _query;
    private readonly LayerWeights _key;
    private readonly LayerWeights _value;

    public BlockGraph(OnnxGraph graph, ResidualAttentionBlock block, string name)
    {
        (_graph, _block, _name) = (graph, block, name);
        using DisposeScope scope = NewDisposeScope();
        _ln1 = Norm(graph, $"{name}.ln_1", block.Ln1);
        Tensor[] weights = block.Attention.Input.Weight.chunk(3, 0); // [3 D, D] -> 3 x [D, D]
        Tensor[] biases = block.Attention.Input.Bias.chunk(3, 0);    // [3 D] -> 3 x [D]
        // The scores' factor, one over the root of a head's width, stands in what makes the queries.
        double factor = 1 / Math.Sqrt(HeadWidth);
        _query = Layer("attn.q", weights[0] * factor, biases[0] * factor);
        _key = Layer("attn.k", weights[1], biases[1]);
        _value = Layer("attn.v", weights[2], biases[2]);
    }

    /// <summary>Adds a layer's weights, [out, in] and [out].</summary>
    public static LayerWeights Layer(OnnxGraph graph, string name, Tensor weight, Tensor bias)
    {
        using Tensor transposed = weight.transpose(0, 1); // [out, in] -> [in, out]
        return new LayerWeights(graph.Weights($"{name}.weight", transposed), graph.Constant($"{name}.bias", bias));
    }

    /// <summary>[..., in] -> [..., out].</summary>
    public static string Linear(OnnxGraph graph, string x, LayerWeights layer) =>
        graph.Add("Add", [layer.Scale is null ? graph.Add("MatMul", [x, layer.Weight]) : graph.Int8!.Product(x, layer), layer.Bias]);

    /// <summary>[..., D] -> [..., D].</summary>
    public static string LayerNorm(OnnxGraph graph, string x, NormWeights norm) => graph.Add(
        "LayerNormalization", [x, norm.Weight, norm.Bias], Attribute("axis", -1L), Attribute("epsilon", norm.Epsilon));

    /// <summary>Adds a layer normalization's weights.</summary>
    public static NormWeights Norm(OnnxGraph graph, string name, FrozenLayerNorm norm) =>
        new(graph.Constant($"{name}.weight", norm.Weight), graph.Constant($"{name}.bias", norm.Bias), (float)norm.Epsilon);

    /// <summary>What an adapter gives: [..., D] -> [..., D].</summary>
    public static string Adapted(OnnxGraph graph, string x, Adapter adapter, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        string inner = graph.Add("Relu", [Linear(graph, x, Layer(graph, $"{name}.down", adapter.Down.Weight, adapter.Down.Bias))]);
        inner = graph.Add("Relu", [Linear(graph, inner, Layer(graph, $"{name}.shared", adapter.Shared.Weight, adapter.Shared.Bias))]);
        return Linear(
            graph, inner, Layer(graph, $"{name}.up", adapter.Up.Weight * adapter.Scale, adapter.Up.Bias * adapter.Scale));
    }

    /// <summary>
    /// What a method makes of a sequence before a block: [N, T, D] -> [N, T', D], and T'.
    /// </summary>
    public static (string Sequence, long Length) Edited(
        OnnxGraph graph, string sequence, long length, TowerEdits edits, int block, string name)
    {
        if (!edits.Tokens.TryGetValue(block, out TokenEdit? edit))
        {
            return (sequence, length);
        }

        using Tensor tokens = edit.Tokens.unsqueeze(0); // [n, D] -> [1, n, D]
        string own = graph.ForEachImage(graph.Constant($"{name}.tokens", tokens));
        long start = edit.Position.GetOffset((int)length);
        long end = start + edit.Replaced;
        var parts = new List<string> { own };
        if (start > 0)
        {
            parts.Insert(0, graph.Slice(sequence, 1, 0, start));
        }

        if (end < length)
        {
            parts.Add(graph.Slice(sequence, 1, end, length));
        }

        return (graph.Concat(1, [.. parts]), length - edit.Replaced + tokens.shape[1]);
    }

    /// <summary>E.</summary>
    public long HeadWidth => _block.Ln1.Weight.shape[0] / _block.Attention.Heads;

    /// <summary>The input after the first normalization.</summary>
    public string Ln1(string x) => LayerNorm(_graph, x, _ln1);

    /// <summary>[N, T, D] -> [N, T, D], with the scores' factor.</summary>
    public string Queries(string x) => Linear(_graph, x, _query);

    /// <summary>[N, T, D] -> [N, T, D].</summary>
    public string Keys(string x) => Linear(_graph, x, _key);

    /// <summary>[N, T, D] -> [N, T, D].</summary>
    public string Values(string x) => Linear(_graph, x, _value);

    /// <summary>[N, T, D] -> [N, H, T, E].</summary>
    public string Heads(string x) => _graph.Transpose(_graph.Reshape(x, 0, 0, _block.Attention.Heads, HeadWidth), 0, 2, 1, 3);

    /// <summary>[N, T, D] -> [N, H, E, T].</summary>
    public string HeadsAsColumns(string x) => _graph.Transpose(_graph.Reshape(x, 0, 0, _block.Attention.Heads, HeadWidth), 0, 2, 3, 1);

    /// <summary>[N, H, T, E] -> [N, T, D].</summary>
    public string Merged(string x) => _graph.Reshape(_graph.Transpose(x, 0, 2, 1, 3), 0, 0, _block.Ln1.Weight.shape[0]);

    /// <summary>
    /// Queries [N, T, D] over keys and values [N, S, D] -> [N, T, D]. The mask, [T, S], is added to the scores.
    /// </summary>
    public string Attend(string queries, string keys, string values, string? mask = null)
    {
        string scores = _graph.Add("MatMul", [Heads(queries), HeadsAsColumns(keys)]); // [N, H, T, S]
        scores = mask is null ? scores : _graph.Add("Add", [scores, mask]);
        return Merged(_graph.Add("MatMul", [_graph.Add("Softmax", [scores], Attribute("axis", -1L)), Heads(values)]));
    }

    /// <summary>
    /// What follows the attention: its output's projection, the perceptron, and both sums; <paramref name="beside"/> is added last.
    /// </summary>
    public string Complete(string x, string attended, string? beside)
    {
        string sum = _graph.Add("Add", [x, Linear(_graph, attended, Layer("attn.out_proj", _block.Attention.Output))]);
        string normalized = LayerNorm(_graph, sum, Norm(_graph, $"{_name}.ln_2", _block.Ln2));
        string inner = Activated(Linear(_graph, normalized, Layer("mlp.c_fc", _block.Expand)));
        string result = _graph.Add("Add", [sum, Linear(_graph, inner, Layer("mlp.c_proj", _block.Contract))]);
        return beside is null ? result : _graph.Add("Add", [result, beside]);
    }

    private LayerWeights Layer(string name, FrozenLinear linear) => Layer(name, linear.Weight, linear.Bias);

    /// <summary>A layer of this block: in whole numbers where the graph asks for it, which the small layers beside it never are.</summary>
    private LayerWeights Layer(string name, Tensor weight, Tensor bias) =>
        _graph.Int8?.Layer($"{_name}.{name}", weight, bias) ?? Layer(_graph, $"{_name}.{name}", weight, bias);

    /// <summary>With QuickGELU the layers around it carry its factor, so that z * sigmoid(z) is left.</summary>
    private string Activated(string z)
    {
        if (_block.Activation == ClipActivation.QuickGelu)
        {
            return _graph.Add("Mul", [z, _graph.Add("Sigmoid", [z])]);
        }

        // z (1 + erf(z / sqrt(2))) / 2, in the order that ONNX Runtime joins to one operator.
        string erf = _graph.Add("Erf", [_graph.Add("Div", [z, _graph.Number(MathF.Sqrt(2))])]);
        string product = _graph.Add("Mul", [z, _graph.Add("Add", [erf, _graph.Number(1)])]);
        return _graph.Add("Mul", [product, _graph.Number(0.5f)]);
    }
}
