using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>A linear layer with weights that do not learn.</summary>
internal sealed class FrozenLinear : nn.Module
{
    public FrozenLinear(string name, Tensor weight, Tensor bias)
        : base(name)
    {
        Weight = new Parameter(weight, requires_grad: false);
        Bias = new Parameter(bias, requires_grad: false);
        register_parameter("weight", Weight);
        register_parameter("bias", Bias);
    }

    /// <summary>[out, in].</summary>
    public Parameter Weight { get; }

    /// <summary>[out].</summary>
    public Parameter Bias { get; }

    /// <summary>[..., in] -> [..., out].</summary>
    public Tensor Forward(Tensor x) => nn.functional.linear(x, Weight, Bias);
}
