using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// LOREAL's K meta-nets, one an attribute: relu(f W1' + b1) W2' + b2. All K are computed together; the saved state has one set of tensors
/// for each.
/// </summary>
internal sealed class MetaNets : IDisposable
{
    private readonly long _hidden;

    /// <summary>Makes meta-nets with PyTorch's starting values of linear layers, or with a last layer of zeros.</summary>
    public MetaNets(
        int count, int featureWidth, int hiddenWidth, int tokenWidth, MetaNetInitialization initialization, Random random, Device device)
    {
        _hidden = hiddenWidth;
        using DisposeScope scope = NewDisposeScope();
        double bound1 = 1 / Math.Sqrt(featureWidth);
        double bound2 = initialization == MetaNetInitialization.Zero ? 0 : 1 / Math.Sqrt(hiddenWidth);
        Weight1 = Start(bound1, count, hiddenWidth, featureWidth);
        Bias1 = Start(bound1, count, hiddenWidth);
        Weight2 = Start(bound2, count, tokenWidth, hiddenWidth);
        Bias2 = Start(bound2, count, tokenWidth);

        Parameter Start(double bound, params long[] shape) => LearnedParameter.From(RandomTensors.Uniform(random, bound, device, shape));
    }

    /// <summary>[K, H, J].</summary>
    public Parameter Weight1 { get; }

    /// <summary>[K, H].</summary>
    public Parameter Bias1 { get; }

    /// <summary>[K, D, H].</summary>
    public Parameter Weight2 { get; }

    /// <summary>[K, D].</summary>
    public Parameter Bias2 { get; }

    /// <summary>The parameters that training changes.</summary>
    public IReadOnlyList<Parameter> Parameters => [Weight1, Bias1, Weight2, Bias2];

    /// <summary>The tensors of each meta-net under their published names. They are views: writing to them changes the parameters.</summary>
    public IEnumerable<(string Name, Tensor Value)> State
    {
        get
        {
            for (int k = 0; k < Weight1.shape[0]; k++)
            {
                yield return (FirstLayer(k), Weight1.detach().select(0, k)); // [H, J]
                yield return ($"metanets.{k}.linear1.bias", Bias1.detach().select(0, k));     // [H]
                yield return ($"metanets.{k}.linear2.weight", Weight2.detach().select(0, k)); // [D, H]
                yield return ($"metanets.{k}.linear2.bias", Bias2.detach().select(0, k));     // [D]
            }
        }
    }

    /// <summary>The name of a meta-net's first weight, [H, J].</summary>
    public static string FirstLayer(int attribute) => $"metanets.{attribute}.linear1.weight";

    /// <summary>The vector of every attribute for every image.</summary>
    /// <param name="features">[B, J], normalized image features.</param>
    /// <returns>[B, K, D].</returns>
    public Tensor Forward(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        long count = Weight1.shape[0];
        Tensor flat = Weight1.reshape(count * _hidden, -1);                                  // [K, H, J] -> [K * H, J]
        Tensor hidden = (features.matmul(flat.transpose(0, 1)) + Bias1.reshape(-1)).relu();  // [B, K * H]
        Tensor byNet = hidden.reshape(-1, count, _hidden).transpose(0, 1);                    // [B, K, H] -> [K, B, H]
        Tensor vectors = byNet.matmul(Weight2.transpose(1, 2)) + Bias2.unsqueeze(1);        // [K, B, D]
        return vectors.transpose(0, 1).MoveToOuterDisposeScope();                          // [B, K, D]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in Parameters)
        {
            parameter.Dispose();
        }
    }
}
