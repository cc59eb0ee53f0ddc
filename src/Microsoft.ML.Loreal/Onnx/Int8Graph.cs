using TorchSharp;
using static Microsoft.ML.Loreal.Onnx.OnnxGraph;
using static TorchSharp.torch;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>
/// Products of 8-bit whole numbers in a graph, in place of those in single precision. A column of a layer's weights has one scale, and so
/// has a token of its input, taken from that token alone: what else is in the batch changes nothing.
/// </summary>
internal sealed class Int8Graph(OnnxGraph graph)
{
    // A weight is from -64 to 64, and a number of the input from 0 to 255. Two products of such a pair then fit the 16 bits in which
    // processors without 8-bit dot products add them up: 2 * 255 * 64 < 2^15. So all processors compute the same whole numbers. The
    // inputs, which have the larger outliers, get the finer steps.
    private const int WeightLevels = 64;
    private const int InputLevels = 127;
    private const byte InputZero = 128;

    // Keeps what is all zeros from being divided by zero; far below every scale that matters.
    private const float SmallestScale = 1e-12f;

    private readonly Dictionary<string, (string Levels, string Scale)> _inputs = [];

    private string Zero => field ??= graph.Byte("int8.zero", InputZero);

    /// <summary>Adds a layer's weights, [out, in] and [out].</summary>
    public LayerWeights Layer(string name, Tensor weight, Tensor bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor columns = weight.detach().transpose(0, 1);                                                 // [out, in] -> [in, out]
        Tensor scale = columns.abs().amax([0], keepdim: true).clamp_min(SmallestScale) / WeightLevels;    // [1, out] float32
        string levels = graph.Constant($"{name}.weight", (columns / scale).round(), DataType.Int8, int8); // [in, out]
        return new LayerWeights(levels, graph.Constant($"{name}.bias", bias), graph.Constant($"{name}.scale", scale.flatten()));
    }

    /// <summary>[..., in] -> [..., out], without the bias.</summary>
    public string Product(string x, LayerWeights layer)
    {
        if (!_inputs.TryGetValue(x, out (string Levels, string Scale) input))
        {
            input = Rounded(x);
            _inputs.Add(x, input);
        }

        string sums = graph.Add("MatMulInteger", [input.Levels, layer.Weight, Zero]); // int32
        string product = graph.Add("Mul", [graph.Add("Cast", [sums], Attribute("to", (long)DataType.Float)), input.Scale]);
        return graph.Add("Mul", [product, layer.Scale!]);
    }

    /// <summary>[..., in] -> whole numbers uint8 [..., in] and a scale float32 [..., 1].</summary>
    private (string Levels, string Scale) Rounded(string x)
    {
        string largest = graph.Add("ReduceMax", [graph.Add("Abs", [x])], Attribute("axes", [-1]), Attribute("keepdims", 1L));
        string scale = graph.Add("Mul", [graph.Add("Max", [largest, graph.Number(SmallestScale)]), graph.Number(1f / InputLevels)]);
        string divided = graph.Add("Mul", [x, graph.Add("Reciprocal", [scale])]);
        return (graph.Add("QuantizeLinear", [divided, graph.Number(1), Zero]), scale);
    }
}
