using Microsoft.ML.Loreal.Clip;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// Classifies with a student as it is now. What does not depend on the image (all text features of prompts without attributes) is computed
/// once.
/// </summary>
internal sealed class StudentScorer : IDisposable
{
    // The widest activations of the text pass, [images, classes, suffix, 4 x width], stay below this, so that many classes cost time and
    // not memory.
    private const long TextActivationLimit = 16 << 20;

    private readonly PromptLearner _student;
    private readonly AttributeSlots? _slots;
    private readonly Tensor? _text; // [1, C, J], where the prompts do not depend on the image

    /// <summary>Prepares what can be computed without an image.</summary>
    /// <param name="student">The student.</param>
    /// <param name="slots">Its attribute slots; null for prompts without attributes.</param>
    /// <param name="clip">The frozen model that both prompt.</param>
    public StudentScorer(PromptLearner student, AttributeSlots? slots, ClipModel clip)
    {
        _student = student;
        _slots = slots;
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (slots is null)
        {
            _text = student.TextFeatures(null).DetachFromDisposeScope();
            ImagesAtOnce = int.MaxValue;
        }
        else
        {
            Tensor vectors = slots.Vectors(zeros([1, clip.Config.EmbedDimension], float32, clip.Device)); // [1, K, D]
            ImagesAtOnce = (int)Math.Max(1, TextActivationLimit / (4 * student.Prompts(slots.Tokens(vectors)).Suffix.numel()));
        }
    }

    /// <summary>The most images that <see cref="Logits"/> should be given at once.</summary>
    public int ImagesAtOnce { get; }

    /// <summary>The scores of the classes.</summary>
    /// <param name="features">[B, G], from <see cref="PromptLearner.ImageFeatures"/>.</param>
    /// <returns>[B, C].</returns>
    public Tensor Logits(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor text = _text ?? _student.TextFeatures(_slots!.Tokens(_slots.Vectors(_student.Condition(features))));
        return _student.Logits(features, text).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _text?.Dispose();
}
