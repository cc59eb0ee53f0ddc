namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// 22-bit weights, each split into a signed upper and an unsigned lower part of at most 12 bits, w = upper 2^11 + lower, in groups of four
/// taps (the last padded with zeros). The sum of upper x level and that of lower x level, put together, are the sum of w x level exactly,
/// in the arithmetic modulo 2^32 that it fits into.
/// </summary>
internal sealed class WeightHalves(int outputs, int taps)
{
    /// <summary>The bits of the lower part.</summary>
    public const int LowerBits = 11;

    /// <summary>The taps of a group.</summary>
    public const int GroupTaps = 4;

    private const int GroupLength = 2 * GroupTaps;

    private readonly short[] _parts = new short[checked(outputs * Groups(taps) * GroupLength)];

    private readonly int _outputLength = Groups(taps) * GroupLength;

    public void Set(int output, int tap, int weight)
    {
        int at = (output * _outputLength) + (tap / GroupTaps * GroupLength) + (tap % GroupTaps);
        _parts[at] = (short)(weight >> LowerBits);
        _parts[at + GroupTaps] = (short)(weight & ((1 << LowerBits) - 1));
    }

    /// <summary>For each group of an output the upper parts of its four taps, then the lower ones.</summary>
    public ReadOnlySpan<short> Of(int output, int count) => _parts.AsSpan(output * _outputLength, Groups(count) * GroupLength);

    private static int Groups(int taps) => (taps + GroupTaps - 1) / GroupTaps;
}
