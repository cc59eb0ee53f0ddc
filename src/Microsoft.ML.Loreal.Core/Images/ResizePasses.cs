using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Loreal.Images;

/// <summary>The two passes of <see cref="PillowResize"/> on any processor.</summary>
internal static class ResizePasses
{
    private const int PrecisionBits = ResampledAxis.PrecisionBits;
    private const int Half = 1 << (PrecisionBits - 1);

    /// <summary>One row of the horizontal pass.</summary>
    public static void ResizeRow(ReadOnlySpan<byte> source, ResampledAxis axis, Span<byte> destination)
    {
        ref byte pixels = ref MemoryMarshal.GetReference(source);
        for (int x = 0; x < axis.Counts.Length; x++)
        {
            int start = axis.Starts[x];
            ReadOnlySpan<int> weights = axis.Weights.AsSpan(x * axis.Taps, axis.Counts[x]);
            // The vector load takes four bytes, one more than the pixel has, so the row's last pixel is left to the scalar tail.
            int vectorTaps = start + weights.Length == source.Length / 3 ? weights.Length - 1 : weights.Length;
            var sums = Vector128.Create(Half);
            for (int i = 0; i < vectorTaps; i++)
            {
                uint four = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref pixels, 3 * (start + i)));
                sums += Widen(four) * Vector128.Create(weights[i]);
            }

            if (vectorTaps < weights.Length)
            {
                int last = 3 * (start + vectorTaps);
                sums += Vector128.Create(source[last], source[last + 1], source[last + 2], 0) * Vector128.Create(weights[vectorTaps]);
            }

            Vector128<int> levels = ToLevels(sums);
            destination[3 * x] = (byte)levels[0];
            destination[(3 * x) + 1] = (byte)levels[1];
            destination[(3 * x) + 2] = (byte)levels[2];
        }
    }

    /// <summary>One row of the vertical pass, from as many rows as there are weights.</summary>
    public static void CombineRows(ReadOnlySpan<byte> rows, ReadOnlySpan<int> weights, Span<byte> destination)
    {
        int stride = destination.Length;
        ref byte source = ref MemoryMarshal.GetReference(rows);
        ref byte target = ref MemoryMarshal.GetReference(destination);
        int x = 0;
        for (; x <= stride - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            var sum0 = Vector128.Create(Half);
            Vector128<int> sum1 = sum0;
            Vector128<int> sum2 = sum0;
            Vector128<int> sum3 = sum0;
            for (int i = 0; i < weights.Length; i++)
            {
                var bytes = Vector128.LoadUnsafe(ref source, (nuint)((i * stride) + x));
                var weight = Vector128.Create(weights[i]);
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(bytes);
                sum0 += Vector128.WidenLower(low).AsInt32() * weight;
                sum1 += Vector128.WidenUpper(low).AsInt32() * weight;
                sum2 += Vector128.WidenLower(high).AsInt32() * weight;
                sum3 += Vector128.WidenUpper(high).AsInt32() * weight;
            }

            var narrowLow = Vector128.Narrow(ToLevels(sum0).AsUInt32(), ToLevels(sum1).AsUInt32());
            var narrowHigh = Vector128.Narrow(ToLevels(sum2).AsUInt32(), ToLevels(sum3).AsUInt32());
            Vector128.Narrow(narrowLow, narrowHigh).StoreUnsafe(ref target, (nuint)x);
        }

        for (; x < stride; x++)
        {
            int sum = Half;
            for (int i = 0; i < weights.Length; i++)
            {
                sum += rows[(i * stride) + x] * weights[i];
            }

            destination[x] = (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);
        }
    }

    private static Vector128<int> Widen(uint four) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(four).AsByte())).AsInt32();

    private static Vector128<int> ToLevels(Vector128<int> sums) =>
        Vector128.Min(Vector128.Max(sums >> PrecisionBits, Vector128<int>.Zero), Vector128.Create(255));
}
