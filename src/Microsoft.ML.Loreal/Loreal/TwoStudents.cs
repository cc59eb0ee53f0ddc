using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Progress;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Loreal;

/// <summary>
/// The distillation of stage 3: student alpha with standard-resolution features, student beta with low-resolution features, both frozen;
/// the attribute slots that they share learn. Features are those of <see cref="PromptLearner.ImageFeatures"/>.
/// </summary>
internal sealed class TwoStudents
{
    private readonly PromptLearner _alpha;
    private readonly PromptLearner _beta;
    private readonly AttributeSlots _slots;
    private readonly DistillationSettings _settings;
    private readonly long _maxElements;
    private readonly long _elementsPerSet; // of the prompts of one image

    /// <summary>Prepares the distillation.</summary>
    /// <param name="alpha">The standard-resolution student.</param>
    /// <param name="beta">The low-resolution student.</param>
    /// <param name="slots">What learns.</param>
    /// <param name="clip">The frozen model that both prompt.</param>
    /// <param name="settings">The losses.</param>
    /// <param name="maxElements">
    /// How many numbers may be kept in memory for the gradients; null for those of <see cref="GraphMemory"/>.
    /// </param>
    public TwoStudents(
        PromptLearner alpha,
        PromptLearner beta,
        AttributeSlots slots,
        ClipModel clip,
        DistillationSettings settings,
        long? maxElements = null)
    {
        (_alpha, _beta, _slots, _settings) = (alpha, beta, slots, settings);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Device device = clip.Device;
        _maxElements = maxElements ?? GraphMemory.MaxElements(device);
        Tensor tokens = slots.Tokens(slots.Vectors(zeros([1, clip.Config.EmbedDimension], float32, device)));
        _elementsPerSet = beta.RetainedElements(tokens);
        ImagesAtOnce = (int)Math.Clamp(_maxElements / (2 * _elementsPerSet), 1, int.MaxValue);
    }

    /// <summary>The most images whose losses and gradients are computed in one pass.</summary>
    public int ImagesAtOnce { get; }

    /// <summary>The losses of one batch.</summary>
    /// <param name="high">[B, G], standard-resolution features.</param>
    /// <param name="low">[B, G], low-resolution features.</param>
    /// <param name="labels">[B] int64.</param>
    /// <param name="mix">w of the aligned bridge.</param>
    public StepLosses Losses(Tensor high, Tensor low, Tensor labels, double mix)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor highCondition, Tensor lowCondition) = (_alpha.Condition(high), _beta.Condition(low));                 // [B, J]
        Tensor highVectors = _slots.Vectors(highCondition);                                                    // [B, K, D]
        Tensor lowVectors = _slots.Vectors(lowCondition);
        bool crossed = _settings.Bridge == ContextBridge.Crossed;
        bool bridged = _settings.BridgeWeight != 0 && !crossed;
        Tensor ownVectors = crossed ? highVectors : mix == 1 ? lowVectors : _slots.Vectors(Mixed(highCondition, lowCondition, mix));

        // A student's two passes, of its own and of the bridge, are one of twice the images.
        Tensor?[] asked = [_settings.Lambda1 == 0 ? null : crossed ? lowVectors : highVectors, bridged ? lowVectors : null];
        Tensor[] taught = Teach(high, [.. asked.OfType<Tensor>()]);                                              // [B, C] each
        Tensor tokens = _slots.Tokens(bridged ? cat([ownVectors, highVectors], 0) : ownVectors);               // [n * B, T, D]
        var text = new LearnedText(_beta, tokens, _elementsPerSet, _maxElements);                             // [n * B, C, J]
        Tensor[] answers = Answers(_beta, low, text.Features);                                                   // [B, C] each
        Tensor logits = answers[0];
        Tensor crossEntropy = nn.functional.cross_entropy(logits, labels);
        List<(string Name, Tensor Value)> terms = [(TrainingLosses.CrossEntropy, crossEntropy)];
        Tensor total = crossEntropy;
        if (_settings.Lambda1 != 0)
        {
            Tensor loss = LorealLosses.HighLevelDistillation(taught[0], logits, _settings.Temperature);
            Add(TrainingLosses.HighLevelDistillation, loss, _settings.Lambda1);
        }

        if (_settings.Lambda2 != 0)
        {
            Tensor loss = LorealLosses.LowLevelDistillation(highVectors, lowVectors, _settings.Temperature);
            Add(TrainingLosses.LowLevelDistillation, loss, _settings.Lambda2);
        }

        if (bridged)
        {
            Tensor loss = LorealLosses.HighLevelDistillation(taught[^1], answers[1], _settings.Temperature);
            Add(TrainingLosses.BridgeDistillation, loss, _settings.BridgeWeight);
        }

        total = text.Attach(total);

        // What leaves the scope is what the caller reads; everything else of the step lives on only inside the autograd graph.
        scope.MoveToOuter([total, logits, .. terms.Select(term => term.Value)]);
        return new StepLosses(total, logits, terms);

        void Add(string name, Tensor loss, double weight)
        {
            terms.Add((name, loss));
            total = total + loss * weight;
        }
    }

    /// <summary>What conditions beta under the aligned bridge: normalize((1 - w) high + w low).</summary>
    public static Tensor Mixed(Tensor high, Tensor low, double mix)
    {
        using DisposeScope scope = NewDisposeScope();
        return Classifier.Normalize(high * (1 - mix) + low * mix).MoveToOuterDisposeScope();
    }

    /// <summary>Alpha's answers, without a graph: its prompts are never trained by the distillation.</summary>
    private Tensor[] Teach(Tensor features, Tensor[] vectors)
    {
        using IDisposable noGrad = no_grad();
        return vectors.Length == 0 ? [] : Answers(_alpha, features, _alpha.TextFeatures(_slots.Tokens(cat(vectors, 0))));
    }

    /// <summary>A student's logits, [B, C] for each of the n sets of prompts in [n * B, C, J].</summary>
    private static Tensor[] Answers(PromptLearner student, Tensor features, Tensor text) =>
        [.. text.chunk(text.shape[0] / features.shape[0]).Select(some => student.Logits(features, some))];
}
