using System.Buffers;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// Pillow's resize of 8-bit pictures by a filter, bit for bit: 22-bit integer weights, the horizontal pass first, each pass rounded and
/// clipped to 8 bits. Only the pixels of the wanted part of the result are computed.
/// </summary>
internal static class PillowResize
{
    /// <summary>
    /// Resizes <paramref name="source"/>, a part of <paramref name="image"/>, to <paramref name="width"/> x <paramref name="height"/> and
    /// writes the pixels of <paramref name="wanted"/>, a part of the result, to <paramref name="destination"/> (three bytes a pixel, rows
    /// without padding).
    /// </summary>
    public static void Resize(
        RgbImage image, ResampleFilter filter, PixelRegion source, int width, int height, PixelRegion wanted, Span<byte> destination) =>
        Resize(image, filter, source, width, height, wanted, destination, Avx2.IsSupported);

    /// <summary>The same, in the instructions that every processor has or in those of x86 with AVX2.</summary>
    internal static void Resize(
        RgbImage image,
        ResampleFilter filter,
        PixelRegion source,
        int width,
        int height,
        PixelRegion wanted,
        Span<byte> destination,
        bool avx2)
    {
        var horizontal = ResampledAxis.Get(filter, source.Width, width, wanted.Left, wanted.Width);
        var vertical = ResampledAxis.Get(filter, source.Height, height, wanted.Top, wanted.Height);
        int firstRow = vertical.FirstSource;
        int rows = vertical.EndSource - firstRow;
        int length = 3 * wanted.Width;
        int stride = avx2 ? Avx2ResizePasses.Padded(length) : length;
        byte[] between = ArrayPool<byte>.Shared.Rent(checked(rows * stride));
        try
        {
            for (int row = 0; row < rows; row++)
            {
                int start = 3 * (((source.Top + firstRow + row) * image.Width) + source.Left);
                Span<byte> target = between.AsSpan(row * stride, stride);
                if (horizontal.IsIdentity)
                {
                    image.Pixels.AsSpan(start + (3 * horizontal.FirstSource), length).CopyTo(target);
                }
                else if (avx2)
                {
                    Avx2ResizePasses.ResizeRow(image.Pixels.AsSpan(start), 3 * source.Width, horizontal, target);
                }
                else
                {
                    ResizePasses.ResizeRow(image.Pixels.AsSpan(start, 3 * source.Width), horizontal, target);
                }
            }

            for (int row = 0; row < wanted.Height; row++)
            {
                ReadOnlySpan<byte> sources = between.AsSpan((vertical.Starts[row] - firstRow) * stride, vertical.Counts[row] * stride);
                Span<byte> target = destination.Slice(row * length, length);
                if (avx2)
                {
                    Avx2ResizePasses.CombineRows(sources, stride, vertical.Halves.Of(row, vertical.Counts[row]), target);
                }
                else
                {
                    ResizePasses.CombineRows(sources, vertical.Weights.AsSpan(row * vertical.Taps, vertical.Counts[row]), target);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(between);
        }
    }
}
