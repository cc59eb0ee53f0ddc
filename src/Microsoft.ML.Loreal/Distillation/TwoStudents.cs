using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>
/// The distillation of stage 3: student alpha with standard-resolution features, student beta with low-resolution features, both frozen; the attribute slots
/// that they share learn. Features are those of <see cref="PromptLearner.ImageFeatures"/>.
/// </summary>
internal sealed class TwoStudents(PromptLearner alpha, PromptLearner beta, AttributeSlots slots, DistillationSettings settings)
{
    /// <summary>The most images whose losses and gradients are computed in one pass.</summary>
    public int ImagesAtOnce(TextTransformer text, int attributes)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var device = text.PositionalEmbedding.device;
        var vectors = zeros([1, attributes, text.PositionalEmbedding.shape[1]], device: device);
        return GraphMemory.Images(2 * SharedPrefixEncoder.NumbersKept(text, beta.Prompts(slots.Tokens(vectors))), device); // two passes have gradients
    }

    /// <summary>The losses of one batch.</summary>
    /// <param name="high">[B, G], standard-resolution features.</param>
    /// <param name="low">[B, G], low-resolution features.</param>
    /// <param name="labels">[B] int64.</param>
    /// <param name="mix">w of the aligned bridge.</param>
    public StepLosses Losses(Tensor high, Tensor low, Tensor labels, double mix)
    {
        using var scope = NewDisposeScope();
        var (highCondition, lowCondition) = (alpha.Condition(high), beta.Condition(low));                   // [B, J]
        var highVectors = slots.Vectors(highCondition);                                                     // [B, K, D]
        var lowVectors = slots.Vectors(lowCondition);
        var crossed = settings.Bridge == ContextBridge.Crossed;
        var ownVectors = crossed ? highVectors : mix == 1 ? lowVectors : slots.Vectors(Mixed(highCondition, lowCondition, mix));
        var logits = Logits(beta, ownVectors, low);                                                         // [B, C]
        var crossEntropy = nn.functional.cross_entropy(logits, labels);
        var total = crossEntropy;

        Tensor? highLevel = null;
        if (settings.Lambda1 != 0)
        {
            highLevel = LorealLosses.HighLevelDistillation(Teach(crossed ? lowVectors : highVectors, high), logits, settings.Temperature);
            total = total + highLevel * settings.Lambda1;
        }

        Tensor? lowLevel = null;
        if (settings.Lambda2 != 0)
        {
            lowLevel = LorealLosses.LowLevelDistillation(highVectors, lowVectors, settings.Temperature);
            total = total + lowLevel * settings.Lambda2;
        }

        Tensor? bridge = null;
        if (settings.BridgeWeight != 0 && !crossed)
        {
            bridge = LorealLosses.HighLevelDistillation(Teach(lowVectors, high), Logits(beta, highVectors, low), settings.Temperature);
            total = total + bridge * settings.BridgeWeight;
        }

        // What leaves the scope is what the caller reads; everything else of the step lives on only inside the autograd graph.
        scope.MoveToOuter(new[] { total, crossEntropy, highLevel, lowLevel, bridge, logits }.OfType<IDisposable>());
        return new StepLosses(total, crossEntropy, highLevel, lowLevel, bridge, logits);
    }

    /// <summary>What conditions beta under the aligned bridge: normalise((1 - w) high + w low).</summary>
    public static Tensor Mixed(Tensor high, Tensor low, double mix)
    {
        using var scope = NewDisposeScope();
        return Classifier.Normalise(high * (1 - mix) + low * mix).MoveToOuterDisposeScope();
    }

    /// <summary>Alpha's logits, without a graph: its prompts are never trained by the distillation.</summary>
    private Tensor Teach(Tensor vectors, Tensor features)
    {
        using var noGrad = no_grad();
        return Logits(alpha, vectors, features);
    }

    private Tensor Logits(PromptLearner student, Tensor vectors, Tensor features) =>
        student.Logits(features, student.TextFeatures(slots.Tokens(vectors)));
}
