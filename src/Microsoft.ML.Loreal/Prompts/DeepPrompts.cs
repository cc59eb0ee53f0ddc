using Microsoft.ML.Loreal.Clip;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// Learned tokens at a fixed place of a tower's sequence: before each of the blocks 1, 2, .. others take the place of those that came out
/// of the block before. After the last replacement they stay and flow through.
/// </summary>
internal sealed class DeepPrompts : ITowerPrompts
{
    private readonly Tensor? _appended;                   // [n, D]
    private readonly long _position;
    private readonly IReadOnlyList<Tensor> _replacements; // [n, D] each, from block 1 on

    private DeepPrompts(Tensor? appended, long position, IReadOnlyList<Tensor> replacements)
    {
        _appended = appended;
        _position = position;
        _replacements = replacements;
    }

    /// <summary>Learned tokens in a text's prefix, which already contains those that enter the first block.</summary>
    /// <param name="position">Where the first of them stands.</param>
    /// <param name="replacements">[n, D] each: what stands there before the blocks 1, 2, ..</param>
    public static DeepPrompts InText(long position, IReadOnlyList<Tensor> replacements) => new(null, position, replacements);

    /// <summary>Learned tokens behind an image's own.</summary>
    /// <param name="first">[n, D], what is appended before the first block, after <see cref="VisionTransformer.LnPre"/>.</param>
    /// <param name="replacements">[n, D] each: what stands there before the blocks 1, 2, ..</param>
    public static DeepPrompts InImages(Tensor first, IReadOnlyList<Tensor> replacements) => new(first, -first.shape[0], replacements);

    /// <inheritdoc/>
    public Tensor Before(int layer, Tensor tokens)
    {
        if (layer == 0)
        {
            return _appended is null ? tokens : cat([tokens, ForAll(_appended)], 1);               // [B, T, D] -> [B, T + n, D]
        }

        if (layer > _replacements.Count)
        {
            return tokens;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor replacement = _replacements[layer - 1];
        (long count, long length) = (replacement.shape[0], tokens.shape[1]);
        long start = _position < 0 ? length + _position : _position;
        long end = start + count;
        return cat([tokens.narrow(1, 0, start), ForAll(replacement), tokens.narrow(1, end, length - end)], 1).MoveToOuterDisposeScope();

        Tensor ForAll(Tensor own) => own.unsqueeze(0).expand(tokens.shape[0], -1, -1);             // [n, D] -> [B, n, D]
    }
}
