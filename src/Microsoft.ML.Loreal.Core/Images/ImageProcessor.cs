using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Microsoft.ML.Loreal.Images;

/// <summary>From a decoded picture to CLIP's input: resize, crop, normalize, channels first.</summary>
internal sealed class ImageProcessor
{
    private const int CropTries = 10;
    private const double MinAspectRatio = 3.0 / 4.0;
    private const double MaxAspectRatio = 4.0 / 3.0;

    // The normalized value of each 8-bit level: channel, level.
    private readonly float[] _values = new float[3 * 256];

    public ImageProcessor(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        for (int channel = 0; channel < 3; channel++)
        {
            for (int level = 0; level < 256; level++)
            {
                _values[(channel * 256) + level] = ((level / 255f) - mean[channel]) / deviation[channel];
            }
        }
    }

    public static ReadOnlySpan<float> ClipMean => [0.48145466f, 0.4578275f, 0.40821073f];

    public static ReadOnlySpan<float> ClipDeviation => [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>A text that only processors with the same mean and deviation have.</summary>
    public string Identity => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(_values)));

    /// <summary>Resizes the shorter side to the resolution, cuts out the center and writes 3 x resolution x resolution numbers.</summary>
    public void Evaluate(RgbImage image, int resolution, Span<float> destination)
    {
        byte[] pixels = Rent(resolution, destination);
        try
        {
            EvaluatePixels(image, resolution, pixels);
            Normalize(pixels, resolution, flip: false, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    /// <summary>
    /// Cuts a random part of at least <paramref name="minimumArea"/> of the picture with an aspect ratio of 3/4 to 4/3, resizes it to the
    /// resolution, flips it half of the time and writes 3 x resolution x resolution numbers.
    /// </summary>
    public void Augment(RgbImage image, int resolution, float minimumArea, Random random, Span<float> destination) =>
        Cut(image, DrawRegion(image.Width, image.Height, minimumArea, random), resolution, destination);

    /// <summary>
    /// A random part of at least <paramref name="minimumArea"/> of a picture with an aspect ratio of 3/4 to 4/3, mirrored half of the time.
    /// </summary>
    public static ImageRegion DrawRegion(int width, int height, float minimumArea, Random random)
    {
        PixelRegion crop = RandomCrop(width, height, minimumArea, random);
        return new ImageRegion(crop, random.NextDouble() < 0.5);
    }

    /// <summary>Resizes a region to the resolution and writes 3 x resolution x resolution numbers.</summary>
    public void Cut(RgbImage image, ImageRegion region, int resolution, Span<float> destination)
    {
        byte[] pixels = Rent(resolution, destination);
        try
        {
            PillowBicubic.Resize(image, region.Box, resolution, resolution, new PixelRegion(0, 0, resolution, resolution), pixels);
            Normalize(pixels, resolution, region.Flip, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    /// <summary>The 8-bit result of resize and center crop, three bytes a pixel.</summary>
    public static void EvaluatePixels(RgbImage image, int resolution, Span<byte> pixels)
    {
        (int width, int height) = ResizedSize(image.FullWidth, image.FullHeight, resolution);
        // Half to even, as Python rounds.
        int left = (int)Math.Round((width - resolution) / 2.0, MidpointRounding.ToEven);
        int top = (int)Math.Round((height - resolution) / 2.0, MidpointRounding.ToEven);
        var whole = new PixelRegion(0, 0, image.Width, image.Height);
        PillowBicubic.Resize(image, whole, width, height, new PixelRegion(left, top, resolution, resolution), pixels);
    }

    /// <summary>The shorter side becomes the resolution; the longer one keeps the ratio, rounded down.</summary>
    public static (int Width, int Height) ResizedSize(int width, int height, int resolution)
    {
        (int shorter, int longer) = width <= height ? (width, height) : (height, width);
        double resized = Math.Truncate((double)((long)resolution * longer) / shorter);
        if (resized > int.MaxValue)
        {
            throw new InvalidDataException(
                $"A picture of {width} x {height} pixels is too narrow to be resized to a shorter side of {resolution}.");
        }

        return width <= height ? (resolution, (int)resized) : ((int)resized, resolution);
    }

    private static PixelRegion RandomCrop(int width, int height, float minimumArea, Random random)
    {
        double area = (double)width * height;
        double lowest = Math.Log(MinAspectRatio);
        double highest = Math.Log(MaxAspectRatio);
        for (int i = 0; i < CropTries; i++)
        {
            double target = area * (minimumArea + ((1.0 - minimumArea) * random.NextDouble()));
            double ratio = Math.Exp(lowest + ((highest - lowest) * random.NextDouble()));
            int cropWidth = (int)Math.Round(Math.Sqrt(target * ratio), MidpointRounding.ToEven);
            int cropHeight = (int)Math.Round(Math.Sqrt(target / ratio), MidpointRounding.ToEven);
            if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height)
            {
                int top = random.Next(height - cropHeight + 1);
                int left = random.Next(width - cropWidth + 1);
                return new PixelRegion(left, top, cropWidth, cropHeight);
            }
        }

        return CentralCrop(width, height);
    }

    /// <summary>The largest central part with an allowed ratio: what is left for a picture so narrow that no random crop fitted.</summary>
    private static PixelRegion CentralCrop(int width, int height)
    {
        double ratio = (double)width / height;
        int cropWidth = ratio > MaxAspectRatio ? Math.Max(1, (int)Math.Round(height * MaxAspectRatio, MidpointRounding.ToEven)) : width;
        int cropHeight = ratio < MinAspectRatio ? Math.Max(1, (int)Math.Round(width / MinAspectRatio, MidpointRounding.ToEven)) : height;
        return new PixelRegion((width - cropWidth) / 2, (height - cropHeight) / 2, cropWidth, cropHeight);
    }

    private static byte[] Rent(int resolution, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resolution, 1);
        int values = checked(3 * resolution * resolution);
        if (destination.Length < values)
        {
            throw new ArgumentException(
                $"A picture of {resolution} x {resolution} pixels gives {values} numbers; there is room for {destination.Length}.",
                nameof(destination));
        }

        return ArrayPool<byte>.Shared.Rent(values);
    }

    private void Normalize(ReadOnlySpan<byte> pixels, int resolution, bool flip, Span<float> destination)
    {
        int plane = resolution * resolution;
        ReadOnlySpan<float> reds = _values.AsSpan(0, 256);
        ReadOnlySpan<float> greens = _values.AsSpan(256, 256);
        ReadOnlySpan<float> blues = _values.AsSpan(512, 256);
        for (int y = 0; y < resolution; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(3 * y * resolution, 3 * resolution);
            Span<float> red = destination.Slice(y * resolution, resolution);
            Span<float> green = destination.Slice(plane + (y * resolution), resolution);
            Span<float> blue = destination.Slice((2 * plane) + (y * resolution), resolution);
            for (int x = 0; x < red.Length; x++)
            {
                red[x] = reds[row[3 * x]];
                green[x] = greens[row[(3 * x) + 1]];
                blue[x] = blues[row[(3 * x) + 2]];
            }

            if (flip)
            {
                red.Reverse();
                green.Reverse();
                blue.Reverse();
            }
        }
    }
}
