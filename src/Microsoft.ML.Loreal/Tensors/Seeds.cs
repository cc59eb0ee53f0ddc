namespace Microsoft.ML.Loreal.Tensors;

/// <summary>
/// Independent random streams from one seed, named by where they are used and not by when: an image's crop is the same whichever thread
/// draws it.
/// </summary>
internal static class Seeds
{
    /// <summary>The generator of one use.</summary>
    /// <param name="seed">The seed of the whole training.</param>
    /// <param name="use">What the numbers are for.</param>
    /// <param name="path">Which of them: the image, the view, the epoch ...</param>
    public static Random Stream(int seed, RandomUse use, params ReadOnlySpan<int> path)
    {
        // SplitMix64: every step adds an odd constant and scrambles the bits, so that neighboring numbers give unrelated streams.
        ulong state = Scramble((uint)seed);
        state = Scramble(state ^ (uint)use);
        foreach (int part in path)
        {
            state = Scramble(state ^ (uint)part);
        }

        return new Random((int)(state >> 33));
    }

    private static ulong Scramble(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
