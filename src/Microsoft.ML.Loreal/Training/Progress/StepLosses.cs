using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Progress;

/// <summary>The losses of one batch, as 0-dimensional tensors, and the prediction whose accuracy is reported.</summary>
/// <param name="Total">The weighted sum that training lowers.</param>
/// <param name="CrossEntropy">The mean cross-entropy.</param>
/// <param name="HighLevel">HLD before its weight; null where it is not computed.</param>
/// <param name="LowLevel">LLD before its weight; null where it is not computed.</param>
/// <param name="Bridge">BPD before its weight; null where it is not computed.</param>
/// <param name="Logits">[B, C] of the student that is scored.</param>
/// <param name="Answers">[B] int64, the classes that count as right; null for the labels.</param>
internal sealed record StepLosses(
    Tensor Total, Tensor CrossEntropy, Tensor? HighLevel, Tensor? LowLevel, Tensor? Bridge, Tensor Logits, Tensor? Answers = null);
