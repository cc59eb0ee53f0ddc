using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// An image feature beside the class token's, as data: the mean of the tokens right after it, which a method put there, projected and
/// normalized.
/// </summary>
/// <param name="Tokens">n, of how many tokens.</param>
/// <param name="Projection">[D, J], in the place of the tower's own.</param>
/// <param name="Share">Its share in the feature that is compared with the prompts, from 0 to 1.</param>
internal sealed record SecondFeature(long Tokens, Tensor Projection, float Share);
