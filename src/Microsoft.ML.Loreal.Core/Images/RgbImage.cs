using System.Buffers;
using System.Security.Cryptography;

namespace Microsoft.ML.Loreal.Images;

/// <summary>An 8-bit RGB picture: three bytes a pixel, rows from top to bottom without padding.</summary>
internal sealed class RgbImage : IDisposable
{
    // Beyond this the pool's rounding to powers of two wastes more than a new array costs.
    private const int LargestPooled = 1 << 24;

    /// <summary>The most pixels that fit into an array with four bytes each.</summary>
    public static readonly int MaxPixels = Array.MaxLength / 4;

    private bool _rented;

    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength < 3L * width * height)
        {
            throw new ArgumentException(
                $"A picture of {width} x {height} pixels needs {3L * width * height} bytes; there are {pixels.LongLength}.",
                nameof(pixels));
        }

        Width = width;
        Height = height;
        FullWidth = width;
        FullHeight = height;
        Pixels = pixels;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The width of the picture that this one is a reduced decoding of; else <see cref="Width"/>.</summary>
    public int FullWidth { get; private init; }

    /// <summary>The height of the picture that this one is a reduced decoding of; else <see cref="Height"/>.</summary>
    public int FullHeight { get; private init; }

    /// <summary>At least 3 x Width x Height bytes; the array may be a pooled one, so it may be longer.</summary>
    public byte[] Pixels { get; private set; }

    /// <summary>A picture whose pixels are still to be written, in memory that goes back to a pool when it is disposed.</summary>
    /// <param name="width">The width.</param>
    /// <param name="height">The height.</param>
    /// <param name="fullWidth">The width of the picture that it is a reduced decoding of, or its own.</param>
    /// <param name="fullHeight">The height of that picture, or its own.</param>
    /// <param name="room">The bytes there are for each pixel: more than three where they are written with alpha first.</param>
    public static RgbImage Rent(int width, int height, int fullWidth, int fullHeight, int room = 3)
    {
        int length = checked(room * width * height);
        bool rented = length <= LargestPooled;
        byte[] pixels = rented ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);
        return new RgbImage(width, height, pixels) { _rented = rented, FullWidth = fullWidth, FullHeight = fullHeight };
    }

    /// <summary>Whether both have the same size and pixels.</summary>
    public bool HasThePixelsOf(RgbImage other) =>
        Width == other.Width
            && Height == other.Height
            && Pixels.AsSpan(0, 3 * Width * Height).SequenceEqual(other.Pixels.AsSpan(0, 3 * Width * Height));

    /// <summary>The SHA-256 of the size and the pixels.</summary>
    public byte[] Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(Width));
        hash.AppendData(BitConverter.GetBytes(Height));
        hash.AppendData(Pixels.AsSpan(0, 3 * Width * Height));
        return hash.GetHashAndReset();
    }

    /// <summary>Gives rented memory back; a picture over an array of its own stays as it is.</summary>
    public void Dispose()
    {
        if (_rented)
        {
            _rented = false;
            ArrayPool<byte>.Shared.Return(Pixels);
            Pixels = [];
        }
    }
}
