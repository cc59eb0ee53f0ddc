using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// The two passes of <see cref="PillowResize"/> with AVX2: one instruction multiplies 16 pairs of 16-bit numbers and adds neighbors, so
/// the 22-bit weights come as <see cref="WeightHalves"/>.
/// </summary>
internal static class Avx2ResizePasses
{
    private const int PrecisionBits = ResampledAxis.PrecisionBits;
    private const int Half = 1 << (PrecisionBits - 1);
    private const int Block = 32;

    // The outputs of the horizontal pass that are put together at once.
    private const int Outputs = 4;

    // What one output may read past its last tap: a load of 16 bytes at a group of four pixels, of which three may be padding.
    private const int Overread = 16;

    // A shuffle's index that gives zero.
    private const byte Zero = 0x80;

    /// <summary>The room that a row of this many bytes takes between the passes.</summary>
    public static int Padded(int length) => (length + Block - 1) / Block * Block;

    /// <summary>
    /// One row of the horizontal pass: the first <paramref name="length"/> bytes of <paramref name="source"/>, which may go on.
    /// </summary>
    public static unsafe void ResizeRow(ReadOnlySpan<byte> source, int length, ResampledAxis axis, Span<byte> destination)
    {
        if (source.Length < length + Overread)
        {
            // The end of the picture: its last row is given room behind it.
            byte[] roomy = new byte[length + Overread];
            source[..length].CopyTo(roomy);
            source = roomy;
        }

        fixed (byte* pixels = source)
        fixed (byte* target = destination[..(3 * axis.Starts.Length)])
        {
            // From reds and greens of four outputs, then their blues with zeros between, to pixels.
            var byPixel = Vector128.Create(0, 1, 8, 2, 3, 10, 4, 5, 12, 6, 7, 14, Zero, Zero, Zero, Zero);
            int x = 0;
            for (; x <= axis.Starts.Length - Outputs; x += Outputs)
            {
                Vector256<short> levels = Avx2.PackSignedSaturate(
                    Levels(SumPairs(pixels, axis, x), SumPairs(pixels, axis, x + 1)),
                    Levels(SumPairs(pixels, axis, x + 2), SumPairs(pixels, axis, x + 3)));
                Vector256<byte> bytes = Avx2.PackUnsignedSaturate(levels, levels);
                Vector128<byte> four = Ssse3.Shuffle(
                    Sse2.UnpackLow(bytes.GetLower().AsUInt64(), bytes.GetUpper().AsUInt64()).AsByte(), byPixel);
                Unsafe.WriteUnaligned(target + (3 * x), four.AsUInt64()[0]);
                Unsafe.WriteUnaligned(target + (3 * x) + 8, four.AsUInt32()[2]);
            }

            for (; x < axis.Starts.Length; x++)
            {
                Vector256<int> pairs = SumPairs(pixels, axis, x);
                Vector256<int> levels = Levels(pairs, pairs);
                Vector128<short> packed = Sse2.PackSignedSaturate(levels.GetLower(), levels.GetUpper());
                Vector128<byte> bytes = Sse2.PackUnsignedSaturate(packed, packed);
                target[3 * x] = bytes[0];
                target[(3 * x) + 1] = bytes[1];
                target[(3 * x) + 2] = bytes[4];
            }
        }
    }

    /// <summary>
    /// One row of the vertical pass, from rows of <paramref name="stride"/> bytes, a multiple of what <see cref="Padded"/> rounds to.
    /// </summary>
    public static void CombineRows(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<short> weights, Span<byte> destination)
    {
        int count = rows.Length / stride;
        ref byte source = ref MemoryMarshal.GetReference(rows);
        Span<byte> last = stackalloc byte[Block];
        for (int x = 0; x < destination.Length; x += Block)
        {
            Sums upper = default;
            Sums lower = default;
            for (int row = 0; row < count; row += 2)
            {
                // Of an odd number of rows the last one goes with itself and a weight of zero.
                var first = Vector256.LoadUnsafe(ref source, (nuint)((row * stride) + x));
                var second = Vector256.LoadUnsafe(ref source, (nuint)((Math.Min(row + 1, count - 1) * stride) + x));
                int pair = (row / WeightHalves.GroupTaps * 2 * WeightHalves.GroupTaps) + (row % WeightHalves.GroupTaps);
                Vector256<short> upperPair = Pair(weights, pair);
                Vector256<short> lowerPair = Pair(weights, pair + WeightHalves.GroupTaps);
                Vector256<byte> left = Avx2.UnpackLow(first, second);
                Vector256<byte> right = Avx2.UnpackHigh(first, second);
                upper.Add(left, right, upperPair);
                lower.Add(left, right, lowerPair);
            }

            Vector256<byte> levels = Sums.Levels(upper, lower);
            if (x + Block <= destination.Length)
            {
                levels.CopyTo(destination[x..]);
            }
            else
            {
                levels.CopyTo(last);
                last[..(destination.Length - x)].CopyTo(destination[x..]);
            }
        }
    }

    /// <summary>
    /// The weighted pixels of one output, by pairs: in the lower lane two sums of reds and two of greens, in the upper one two of blues.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<int> SumPairs(byte* pixels, ResampledAxis axis, int output)
    {
        // Four pixels of three bytes to 16-bit numbers: in the lower lane four reds and four greens, in the upper one four blues.
        var byChannel = Vector256.Create(
            0, Zero, 3, Zero, 6, Zero, 9, Zero, 1, Zero, 4, Zero, 7, Zero, 10, Zero,
            2, Zero, 5, Zero, 8, Zero, 11, Zero, Zero, Zero, Zero, Zero, Zero, Zero, Zero, Zero);
        Vector256<int> upper = Vector256<int>.Zero;
        Vector256<int> lower = Vector256<int>.Zero;
        byte* four = pixels + (3 * axis.Starts[output]);
        ReadOnlySpan<short> weights = axis.Halves.Of(output, axis.Counts[output]);
        ref short weight = ref MemoryMarshal.GetReference(weights);
        ref short end = ref Unsafe.Add(ref weight, weights.Length);
        while (Unsafe.IsAddressLessThan(ref weight, ref end))
        {
            Vector256<short> channels = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(four), byChannel).AsInt16();
            upper += Avx2.MultiplyAddAdjacent(channels, FourTimes(ref weight));
            lower += Avx2.MultiplyAddAdjacent(channels, FourTimes(ref Unsafe.Add(ref weight, WeightHalves.GroupTaps)));
            four += 3 * WeightHalves.GroupTaps;
            weight = ref Unsafe.Add(ref weight, 2 * WeightHalves.GroupTaps);
        }

        return (upper << WeightHalves.LowerBits) + lower;
    }

    /// <summary>The sums of two outputs, rounded, one output behind the other in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Levels(Vector256<int> first, Vector256<int> second) =>
        (Avx2.HorizontalAdd(first, second) + Vector256.Create(Half)) >> PrecisionBits;

    private static Vector256<short> FourTimes(ref short weights) =>
        Vector256.Create(Unsafe.ReadUnaligned<long>(ref Unsafe.As<short, byte>(ref weights))).AsInt16();

    private static Vector256<short> Pair(ReadOnlySpan<short> weights, int at) =>
        Vector256.Create(MemoryMarshal.Read<int>(MemoryMarshal.AsBytes(weights[at..]))).AsInt16();

    /// <summary>The sums of 32 bytes, in the order in which unpacking leaves them.</summary>
    private struct Sums
    {
        private Vector256<int> _first;
        private Vector256<int> _second;
        private Vector256<int> _third;
        private Vector256<int> _fourth;

        /// <summary>Adds two rows, whose bytes alternate, times their two weights.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector256<byte> left, Vector256<byte> right, Vector256<short> weights)
        {
            _first += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(left, Vector256<byte>.Zero).AsInt16(), weights);
            _second += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(left, Vector256<byte>.Zero).AsInt16(), weights);
            _third += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(right, Vector256<byte>.Zero).AsInt16(), weights);
            _fourth += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(right, Vector256<byte>.Zero).AsInt16(), weights);
        }

        /// <summary>Both parts put together, rounded and clipped; packing puts the bytes back in order.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Levels(in Sums upper, in Sums lower) => Avx2.PackUnsignedSaturate(
            Avx2.PackSignedSaturate(Rounded(upper._first, lower._first), Rounded(upper._second, lower._second)),
            Avx2.PackSignedSaturate(Rounded(upper._third, lower._third), Rounded(upper._fourth, lower._fourth)));

        private static Vector256<int> Rounded(Vector256<int> upper, Vector256<int> lower) =>
            ((upper << WeightHalves.LowerBits) + lower + Vector256.Create(Half)) >> PrecisionBits;
    }
}
