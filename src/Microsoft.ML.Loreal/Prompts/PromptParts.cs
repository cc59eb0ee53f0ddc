using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// The prompts of B images (or of one set that serves all images: B = 1) and C classes, cut where the classes begin to differ.
/// Embeddings are those of the tokens, without positions.
/// </summary>
/// <param name="Prefix">[B, P, D]: start token, attribute slots, and the part of the context before the class name.</param>
/// <param name="Suffix">
/// [C, S, D]: class name, full stop, end token, and what else depends on the class; shorter ones are padded at the end.
/// </param>
/// <param name="End">[C] int64: where in the suffix the end token is.</param>
/// <param name="Layout">
/// How the suffixes are computed together, where whoever makes the prompts keeps it; the parts do not own it. Null: it is made from
/// <paramref name="End"/>.
/// </param>
internal readonly record struct PromptParts(Tensor Prefix, Tensor Suffix, Tensor End, SuffixLayout? Layout = null);
