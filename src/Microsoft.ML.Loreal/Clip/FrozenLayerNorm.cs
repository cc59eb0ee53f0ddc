using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>A layer normalization with weights that do not learn.</summary>
internal sealed class FrozenLayerNorm : nn.Module
{
    private readonly long[] _shape;

    public FrozenLayerNorm(string name, Tensor weight, Tensor bias, double epsilon)
        : base(name)
    {
        Epsilon = epsilon;
        _shape = [weight.shape[0]];
        Weight = new Parameter(weight, requires_grad: false);
        Bias = new Parameter(bias, requires_grad: false);
        register_parameter("weight", Weight);
        register_parameter("bias", Bias);
    }

    /// <summary>[D].</summary>
    public Parameter Weight { get; }

    /// <summary>[D].</summary>
    public Parameter Bias { get; }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>[..., D] -> [..., D].</summary>
    public Tensor Forward(Tensor x) => nn.functional.layer_norm(x, _shape, Weight, Bias, Epsilon);
}
