using Microsoft.ML.Loreal.Clip;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// MMRL's tokens in one tower: the representation mapped to the tower's width stands right after the first token, from the first mapped
/// block on, and is replaced by another map of it before each later one.
/// </summary>
/// <param name="representation">[n, R].</param>
/// <param name="maps">R -> D, of the blocks from <paramref name="firstBlock"/> on.</param>
/// <param name="firstBlock">The first block that sees them, from 0.</param>
internal sealed class RepresentationTokens(Tensor representation, IReadOnlyList<LearnedLinear> maps, int firstBlock) : ITowerPrompts
{
    /// <inheritdoc/>
    public Tensor Before(int layer, Tensor tokens)
    {
        int map = layer - firstBlock;
        if (map < 0 || map >= maps.Count)
        {
            return tokens;
        }

        using DisposeScope scope = NewDisposeScope();
        (long images, long count) = (tokens.shape[0], tokens.shape[1]);
        Tensor mapped = maps[map].Forward(representation).unsqueeze(0).expand(images, -1, -1); // [n, D] -> [B, n, D]
        long rest = map == 0 ? 1 : 1 + representation.shape[0];
        return cat([tokens.narrow(1, 0, 1), mapped, tokens.narrow(1, rest, count - rest)], 1).MoveToOuterDisposeScope();
    }
}
