using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>What a prompt method loses on one batch.</summary>
/// <param name="Total">The loss that training lowers, 0-dimensional.</param>
/// <param name="CrossEntropy">The cross-entropy in it, 0-dimensional; may be the same tensor.</param>
/// <param name="Logits">[B, C].</param>
internal readonly record struct PromptLosses(Tensor Total, Tensor CrossEntropy, Tensor Logits);
