using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Loreal;

/// <summary>The losses of LOREAL.</summary>
internal static class LorealLosses
{
    // Meta-nets that start at zero give vectors near zero, where the gradient of a normalized vector grows without bound. Vectors shorter
    // than this are divided by it instead of by their length; trained and default-initialized ones are several times longer and not
    // affected.
    private const double MinNorm = 0.05;

    /// <summary>
    /// HLD, and BPD: T^2 KL(alpha || beta) of the predictions at temperature T, the mean over the images; alpha is given, beta learns.
    /// </summary>
    /// <param name="alpha">[B, C] logits.</param>
    /// <param name="beta">[B, C] logits.</param>
    /// <param name="temperature">T.</param>
    public static Tensor HighLevelDistillation(Tensor alpha, Tensor beta, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor target = (alpha.detach() / temperature).log_softmax(1);
        Tensor prediction = (beta / temperature).log_softmax(1);
        Tensor divergence = (target.exp() * (target - prediction)).sum(1).mean();
        return (divergence * (temperature * temperature)).MoveToOuterDisposeScope();
    }

    /// <summary>The similarities between the attribute vectors of the two resolutions, divided by T.</summary>
    /// <param name="high">[B, K, D], from standard-resolution features.</param>
    /// <param name="low">[B, K, D], from low-resolution features.</param>
    /// <param name="temperature">T.</param>
    /// <returns>[B, K, K]; rows are the attributes of <paramref name="high"/>.</returns>
    public static Tensor AttributeSimilarities(Tensor high, Tensor low, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        return (Direction(high).matmul(Direction(low).transpose(1, 2)) / temperature).MoveToOuterDisposeScope();

        static Tensor Direction(Tensor vectors) => vectors / vectors.norm(-1, keepdim: true).clamp_min(MinNorm);
    }

    /// <summary>
    /// LLD: every attribute vector of one resolution shall find its own among the K of the other resolution of the same image.
    /// </summary>
    /// <param name="high">[B, K, D].</param>
    /// <param name="low">[B, K, D].</param>
    /// <param name="temperature">T.</param>
    public static Tensor LowLevelDistillation(Tensor high, Tensor low, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor own = AttributeSimilarities(high, low, temperature).log_softmax(2).diagonal(0, 1, 2); // [B, K, K] -> [B, K]
        return (-own.mean()).MoveToOuterDisposeScope();
    }
}
