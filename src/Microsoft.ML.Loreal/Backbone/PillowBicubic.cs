using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Pillow's bicubic resize of 8-bit pictures, bit for bit: 22-bit integer weights, the horizontal pass first, each pass rounded and
/// clipped to 8 bits. Only the pixels of the wanted part of the result are computed.
/// </summary>
internal static class PillowBicubic
{
    private const int PrecisionBits = 22;
    private const int Half = 1 << (PrecisionBits - 1);
    private const int MostCachedAxes = 256;

    private static readonly ConcurrentDictionary<(int OldSize, int NewSize, int First, int Count), Axis> _axes = new();

    /// <summary>
    /// Resizes <paramref name="source"/>, a part of <paramref name="image"/>, to <paramref name="width"/> x <paramref name="height"/> and writes the pixels of
    /// <paramref name="wanted"/>, a part of the result, to <paramref name="destination"/> (three bytes a pixel, rows without padding).
    /// </summary>
    public static void Resize(RgbImage image, PixelRegion source, int width, int height, PixelRegion wanted, Span<byte> destination)
    {
        Axis horizontal = GetAxis(source.Width, width, wanted.Left, wanted.Width);
        Axis vertical = GetAxis(source.Height, height, wanted.Top, wanted.Height);
        int firstRow = vertical.FirstSource;
        int rows = vertical.EndSource - firstRow;
        int stride = 3 * wanted.Width;
        byte[] between = ArrayPool<byte>.Shared.Rent(checked(rows * stride));
        try
        {
            for (int row = 0; row < rows; row++)
            {
                int start = 3 * (((source.Top + firstRow + row) * image.Width) + source.Left);
                ResizeRow(image.Pixels.AsSpan(start, 3 * source.Width), horizontal, between.AsSpan(row * stride, stride));
            }

            for (int row = 0; row < wanted.Height; row++)
            {
                int start = (vertical.Starts[row] - firstRow) * stride;
                ReadOnlySpan<int> weights = vertical.Weights.AsSpan(row * vertical.Taps, vertical.Counts[row]);
                CombineRows(between.AsSpan(start, weights.Length * stride), weights, destination.Slice(row * stride, stride));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(between);
        }
    }

    private static void ResizeRow(ReadOnlySpan<byte> source, Axis axis, Span<byte> destination)
    {
        if (axis.IsIdentity)
        {
            source.Slice(3 * axis.FirstSource, destination.Length).CopyTo(destination);
            return;
        }

        ref byte pixels = ref MemoryMarshal.GetReference(source);
        for (int x = 0; x < axis.Counts.Length; x++)
        {
            int start = axis.Starts[x];
            ReadOnlySpan<int> weights = axis.Weights.AsSpan(x * axis.Taps, axis.Counts[x]);
            // The vector load takes four bytes, one more than the pixel has, so the row's last pixel is left to the scalar tail.
            int vectorTaps = start + weights.Length == source.Length / 3 ? weights.Length - 1 : weights.Length;
            Vector128<int> sums = Vector128.Create(Half);
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

    private static void CombineRows(ReadOnlySpan<byte> rows, ReadOnlySpan<int> weights, Span<byte> destination)
    {
        int stride = destination.Length;
        ref byte source = ref MemoryMarshal.GetReference(rows);
        ref byte target = ref MemoryMarshal.GetReference(destination);
        int x = 0;
        for (; x <= stride - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            Vector128<int> sum0 = Vector128.Create(Half);
            Vector128<int> sum1 = sum0;
            Vector128<int> sum2 = sum0;
            Vector128<int> sum3 = sum0;
            for (int i = 0; i < weights.Length; i++)
            {
                Vector128<byte> bytes = Vector128.LoadUnsafe(ref source, (nuint)((i * stride) + x));
                Vector128<int> weight = Vector128.Create(weights[i]);
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(bytes);
                sum0 += Vector128.WidenLower(low).AsInt32() * weight;
                sum1 += Vector128.WidenUpper(low).AsInt32() * weight;
                sum2 += Vector128.WidenLower(high).AsInt32() * weight;
                sum3 += Vector128.WidenUpper(high).AsInt32() * weight;
            }

            Vector128<ushort> narrowLow = Vector128.Narrow(ToLevels(sum0).AsUInt32(), ToLevels(sum1).AsUInt32());
            Vector128<ushort> narrowHigh = Vector128.Narrow(ToLevels(sum2).AsUInt32(), ToLevels(sum3).AsUInt32());
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

    private static Vector128<int> Widen(uint four) => Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(four).AsByte())).AsInt32();

    private static Vector128<int> ToLevels(Vector128<int> sums) =>
        Vector128.Min(Vector128.Max(sums >> PrecisionBits, Vector128<int>.Zero), Vector128.Create(255));

    private static Axis GetAxis(int oldSize, int newSize, int first, int count)
    {
        (int, int, int, int) key = (oldSize, newSize, first, count);
        if (_axes.TryGetValue(key, out Axis? axis))
        {
            return axis;
        }

        axis = new Axis(oldSize, newSize, first, count);
        if (_axes.Count >= MostCachedAxes)
        {
            // Random crops come in any size: only the sizes of the moment are worth keeping.
            _axes.Clear();
        }

        return _axes.GetOrAdd(key, axis);
    }

    /// <summary>The integer weights of outputs First .. First + Count - 1 of one axis.</summary>
    private sealed class Axis
    {
        public Axis(int oldSize, int newSize, int first, int count)
        {
            Taps = BicubicWeights.MaximumTaps(oldSize, newSize);
            Starts = new int[count];
            Counts = new int[count];
            Weights = new int[checked(count * Taps)];
            IsIdentity = oldSize == newSize;
            var weights = new double[Taps];
            for (int i = 0; i < count; i++)
            {
                (Starts[i], Counts[i]) = BicubicWeights.Compute(oldSize, newSize, first + i, weights);
                for (int tap = 0; tap < Counts[i]; tap++)
                {
                    double scaled = weights[tap] * (1 << PrecisionBits);
                    Weights[(i * Taps) + tap] = (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
                }
            }

            FirstSource = IsIdentity ? first : Starts[0];
            EndSource = IsIdentity ? first + count : Starts[^1] + Counts[^1];
            if (IsIdentity)
            {
                Taps = 1;
                Weights = new int[count];
                Array.Fill(Weights, 1 << PrecisionBits);
                Array.Fill(Counts, 1);
                for (int i = 0; i < count; i++)
                {
                    Starts[i] = first + i;
                }
            }
        }

        public int Taps { get; }

        public bool IsIdentity { get; }

        public int[] Starts { get; }

        public int[] Counts { get; }

        public int[] Weights { get; }

        public int FirstSource { get; }

        public int EndSource { get; }
    }
}
