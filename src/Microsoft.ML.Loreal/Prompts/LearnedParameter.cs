using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>Makes parameters that outlive the scope that they are made in.</summary>
internal static class LearnedParameter
{
    // All published methods start their vectors so.
    private const double Deviation = 0.02;

    /// <summary>A parameter that starts from a copy of some values.</summary>
    public static Parameter From(Tensor start)
    {
        var parameter = new Parameter(start.clone());
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    /// <summary>Prompt vectors that start from normal noise with standard deviation 0.02.</summary>
    public static Parameter Noise(Random random, Device device, params long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        return From(RandomTensors.Normal(random, Deviation, device, shape));
    }
}
