using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Loreal.Images;

/// <summary>From pixels of four bytes, the last of which is alpha, to RGB.</summary>
internal static class RgbPixels
{
    private const int FourPixels = 16;

    /// <summary>Drops alpha and keeps the color; where alpha is 0 it is black.</summary>
    /// <param name="source">Four bytes a pixel.</param>
    /// <param name="destination">Three bytes a pixel; it may be the source itself.</param>
    /// <param name="count">The number of pixels.</param>
    /// <param name="blueFirst">Whether the source begins with blue.</param>
    public static void Pack(ReadOnlySpan<byte> source, Span<byte> destination, int count, bool blueFirst)
    {
        source = source[..(4 * count)];
        Span<byte> room = destination[..(3 * count)];
        Vector128<byte> order = blueFirst
            ? Vector128.Create(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, byte.MaxValue, byte.MaxValue, byte.MaxValue, byte.MaxValue)
            : Vector128.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, byte.MaxValue, byte.MaxValue, byte.MaxValue, byte.MaxValue);
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(room);
        int done = 0;
        // A store of 16 bytes has four too many, which the next one overwrites; they never reach pixels of the source that are still to be
        // read.
        for (; (3 * done) + FourPixels <= room.Length; done += 4)
        {
            var four = Vector128.LoadUnsafe(ref from, (nuint)(4 * done));
            var invisible = Vector128.Equals(four.AsUInt32() >> 24, Vector128<uint>.Zero);
            Vector128.Shuffle(Vector128.AndNot(four, invisible.AsByte()), order).StoreUnsafe(ref to, (nuint)(3 * done));
        }

        for (; done < count; done++)
        {
            ReadOnlySpan<byte> pixel = source.Slice(4 * done, 4);
            (byte red, byte green, byte blue) = pixel[3] == 0
                ? default
                : blueFirst ? (pixel[2], pixel[1], pixel[0]) : (pixel[0], pixel[1], pixel[2]);
            (room[3 * done], room[(3 * done) + 1], room[(3 * done) + 2]) = (red, green, blue);
        }
    }

    /// <summary>Divides by alpha what was multiplied by it, to the nearest level.</summary>
    /// <param name="source">Four bytes a pixel.</param>
    /// <param name="destination">Three bytes a pixel.</param>
    /// <param name="count">The number of pixels.</param>
    /// <param name="blueFirst">Whether the source begins with blue.</param>
    public static void Unmultiply(ReadOnlySpan<byte> source, Span<byte> destination, int count, bool blueFirst)
    {
        Pack(source, destination, count, blueFirst);
        for (int i = 0; i < count; i++)
        {
            int alpha = source[(4 * i) + 3];
            if (alpha is 0 or byte.MaxValue)
            {
                continue;
            }

            foreach (ref byte level in destination.Slice(3 * i, 3))
            {
                level = (byte)Math.Min(byte.MaxValue, ((level * byte.MaxValue) + (alpha / 2)) / alpha);
            }
        }
    }
}
