using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>A layer normalization with weights that do not learn.</summary>
internal sealed class FrozenLayerNorm : nn.Module
{
    private readonly long[] _shape;
    private readonly double _epsilon;

    public FrozenLayerNorm(string name, Tensor weight, Tensor bias, double epsilon)
        : base(name)
    {
        _epsilon = epsilon;
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

    /// <summary>[..., D] -> [..., D].</summary>
    public Tensor Forward(Tensor x) => nn.functional.layer_norm(x, _shape, Weight, Bias, _epsilon);
}
