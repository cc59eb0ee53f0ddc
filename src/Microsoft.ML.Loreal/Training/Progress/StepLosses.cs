using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Progress;

/// <summary>The losses of one batch, as 0-dimensional tensors, and the prediction whose accuracy is reported.</summary>
/// <param name="Total">The weighted sum that training lowers.</param>
/// <param name="Logits">[B, C] of the student that is scored.</param>
/// <param name="Terms">The losses in the sum before their weights, by their names in <see cref="TrainingLosses"/>.</param>
/// <param name="Answers">[B] int64, the classes that count as right; null for the labels.</param>
internal sealed record StepLosses(Tensor Total, Tensor Logits, IReadOnlyList<(string Name, Tensor Value)> Terms, Tensor? Answers = null)
{
    /// <summary>A loss by its name; null where it is not computed.</summary>
    public Tensor? Term(string name) => Terms.FirstOrDefault(term => term.Name == name).Value;
}
