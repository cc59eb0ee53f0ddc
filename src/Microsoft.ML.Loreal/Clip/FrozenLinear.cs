using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>A linear layer with weights that do not learn. It computes, and gives its result, in the type of its weights.</summary>
internal sealed class FrozenLinear : nn.Module
{
    private readonly ScalarType _type;

    /// <summary>Makes a layer whose weights, which it takes over, are converted to a type.</summary>
    public FrozenLinear(string name, Tensor weight, Tensor bias, ScalarType type)
        : base(name)
    {
        _type = type;
        Weight = new Parameter(weight.to(type, disposeAfter: true), requires_grad: false);
        Bias = new Parameter(bias.to(type, disposeAfter: true), requires_grad: false);
        register_parameter("weight", Weight);
        register_parameter("bias", Bias);
    }

    /// <summary>[out, in].</summary>
    public Parameter Weight { get; }

    /// <summary>[out].</summary>
    public Parameter Bias { get; }

    /// <summary>[..., in] -> [..., out].</summary>
    public Tensor Forward(Tensor x) => Forward(x, Weight, Bias);

    /// <summary>Some of the outputs: [..., in] -> [..., count].</summary>
    public Tensor Forward(Tensor x, long first, long count)
    {
        using Tensor weight = Weight.narrow(0, first, count);
        using Tensor bias = Bias.narrow(0, first, count);
        return Forward(x, weight, bias);
    }

    private Tensor Forward(Tensor x, Tensor weight, Tensor bias)
    {
        if (x.dtype == _type)
        {
            return nn.functional.linear(x, weight, bias);
        }

        using Tensor converted = x.to(_type);
        return nn.functional.linear(converted, weight, bias);
    }
}
