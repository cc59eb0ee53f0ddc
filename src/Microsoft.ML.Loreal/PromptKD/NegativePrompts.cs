using Microsoft.ML.Loreal.Prompts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>
/// FDBPL's negative prompts and similarity-difference losses as this package reads the paper's abstract, which has no formulas: beside the
/// teacher's text feature t_c, the positive one, every class has a learned negative feature n_c, and d(r, c) = s (f_r t_c - f_r n_c) tells
/// whether region r shows class c.
/// </summary>
/// <remarks>They only shape the student's features in training; scores are of the positive features alone.</remarks>
internal sealed class NegativePrompts : IDisposable
{
    private readonly Tensor _positive;    // [C, J'], normalized; not owned
    private readonly Parameter _negative; // [C, J']

    /// <summary>Makes negative features that start at the positive ones, where no difference says anything yet.</summary>
    /// <param name="text">[C, J'], the teacher's text features, normalized.</param>
    public NegativePrompts(Tensor text)
    {
        using DisposeScope scope = NewDisposeScope();
        _positive = text;
        _negative = new Parameter(text.detach().clone());
        _negative.DetachFromDisposeScope();
    }

    /// <summary>The parameters that training changes.</summary>
    public IReadOnlyList<Parameter> Parameters => [_negative];

    /// <summary>
    /// The mean over regions and classes of CE(sigmoid(d(r, c)), p(r, c)), the first order: recognize what the teacher sees, reject what it
    /// does not; plus that of CE(sigmoid(d(r, c) - d(q, c)), (1 + p(r, c) - p(q, c)) / 2), the second order: between two regions of the
    /// batch, the more informative one differs more.
    /// </summary>
    /// <param name="features">[B, J'], the student's, normalized.</param>
    /// <param name="teacher">[B, C], p.</param>
    /// <param name="scale">s.</param>
    public Tensor Loss(Tensor features, Tensor teacher, float scale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor axes = _positive - Classifier.Normalize(_negative);                       // [C, J']
        Tensor differences = features.matmul(axes.transpose(0, 1)) * scale;              // [B, C]
        Tensor first = nn.functional.binary_cross_entropy_with_logits(differences, teacher);
        Tensor second = nn.functional.binary_cross_entropy_with_logits(
            differences - differences.roll(1, 0), (1 + teacher - teacher.roll(1, 0)) / 2);
        return (first + second).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _negative.Dispose();
}
