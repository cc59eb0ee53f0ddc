using TorchSharp;
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
        _weight = new Parameter(weight.clone());
        _weight.DetachFromDisposeScope();
        _bias = new Parameter(bias.clone());
        _bias.DetachFromDisposeScope();
    }

    /// <summary>The parameters that training changes.</summary>
    public IReadOnlyList<Parameter> Parameters => [_weight, _bias];

    /// <summary>The named tensors that make up the trained state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => [($"{_name}.weight", _weight), ($"{_name}.bias", _bias)];

    /// <summary>[..., in] -> [..., out].</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="gradientFactor">
    /// What the gradient of the weight and the bias is multiplied by; the gradient of <paramref name="x"/> is the true one.
    /// </param>
    public Tensor Forward(Tensor x, double gradientFactor = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.linear(x, Scaled(_weight), Scaled(_bias)).MoveToOuterDisposeScope();

        // The difference is exactly 0, so the value is the parameter's, whatever the factor.
        Tensor Scaled(Parameter parameter) => gradientFactor == 1 || !parameter.requires_grad
            ? parameter
            : parameter.detach() + ((parameter - parameter.detach()) * gradientFactor);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
