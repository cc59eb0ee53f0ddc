using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>A linear layer that learns.</summary>
internal sealed class LearnedLinear : IDisposable
{
    private readonly string _name;
    private readonly Parameter _weight; // [out, in]
    private readonly Parameter _bias;   // [out]

    /// <summary>Makes a layer from starting values, which it copies.</summary>
    /// <param name="name">The name that its tensors have in the saved state, before ".weight" and ".bias".</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out].</param>
    public LearnedLinear(string name, Tensor weight, Tensor bias)
    {
        _name = name;
        _weight = LearnedParameter.From(weight);
        _bias = LearnedParameter.From(bias);
    }

    /// <summary>The parameters that training changes.</summary>
    public IReadOnlyList<Parameter> Parameters => [_weight, _bias];

    /// <summary>The named tensors that make up the trained state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => [($"{_name}.weight", _weight), ($"{_name}.bias", _bias)];

    /// <summary>[out, in] and [out].</summary>
    public (Tensor Weight, Tensor Bias) Weights => (_weight, _bias);

    /// <summary>[..., in] -> [..., out].</summary>
    public Tensor Forward(Tensor x) => nn.functional.linear(x, _weight, _bias);

    /// <inheritdoc/>
    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
