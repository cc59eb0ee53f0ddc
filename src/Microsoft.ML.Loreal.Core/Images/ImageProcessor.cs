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

    public ImageProcessor(ImageProcessorSettings settings)
    {
        Settings = settings;
        for (int channel = 0; channel < 3; channel++)
        {
            for (int level = 0; level < 256; level++)
            {
                float rescaled = settings.RescaleFactor == ImageProcessorSettings.DefaultRescaleFactor
                    ? level / 255f
                    : (float)(level * settings.RescaleFactor);
                _values[(channel * 256) + level] = (rescaled - settings.Mean[channel]) / settings.Deviation[channel];
            }
        }
    }

    /// <summary>CLIP's own.</summary>
    public static ImageProcessor Clip { get; } = new(new ImageProcessorSettings());

    public static ReadOnlySpan<float> ClipMean => [0.48145466f, 0.4578275f, 0.40821073f];

    public static ReadOnlySpan<float> ClipDeviation => [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>The settings.</summary>
    public ImageProcessorSettings Settings { get; }

    /// <summary>
    /// A text that only processors with the same settings have. Scoring does not ask for it: on Linux .NET ends a process that hashes where
    /// there is no OpenSSL, as on small devices.
    /// </summary>
    public string Identity
    {
        get
        {
            ImageProcessorSettings settings = Settings;
            string values = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(_values)));
            string pixels = $"{settings.ResizeMode} {settings.Filter} {settings.FillColor} {settings.ResizedSide}/{settings.CroppedSide}";
            bool usual = (settings.ResizeMode, settings.Filter, settings.FillColor, settings.ResizedSide)
                == (ResizeMode.Shortest, ResampleFilter.Bicubic, default, settings.CroppedSide);
            return usual ? values : $"{values} {pixels}";
        }
    }

    /// <summary>Resizes the picture, cuts out the center and writes 3 x resolution x resolution numbers.</summary>
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
            var whole = new PixelRegion(0, 0, resolution, resolution);
            PillowResize.Resize(image, Settings.Filter, region.Box, resolution, resolution, whole, pixels);
            Normalize(pixels, resolution, region.Flip, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    /// <summary>The side to which pictures are resized before a square of the resolution is cut out; half to even.</summary>
    public int ResizedSide(int resolution) => (int)Math.Round((double)((long)resolution * Settings.ResizedSide) / Settings.CroppedSide);

    /// <summary>The 8-bit result of resize and center crop, three bytes a pixel.</summary>
    public void EvaluatePixels(RgbImage image, int resolution, Span<byte> pixels)
    {
        (int width, int height) = ResizedSize(image, ResizedSide(resolution));
        var wanted = new PixelRegion(
            CropStart(width, resolution), CropStart(height, resolution), Math.Min(width, resolution), Math.Min(height, resolution));
        var whole = new PixelRegion(0, 0, image.Width, image.Height);
        if (wanted.Width == resolution && wanted.Height == resolution)
        {
            PillowResize.Resize(image, Settings.Filter, whole, width, height, wanted, pixels);
            return;
        }

        int length = 3 * wanted.Width;
        byte[] inner = ArrayPool<byte>.Shared.Rent(length * wanted.Height);
        try
        {
            PillowResize.Resize(image, Settings.Filter, whole, width, height, wanted, inner);
            Fill(pixels[..(3 * resolution * resolution)]);
            int left = (resolution - wanted.Width) / 2;
            int top = (resolution - wanted.Height) / 2;
            for (int row = 0; row < wanted.Height; row++)
            {
                inner.AsSpan(row * length, length).CopyTo(pixels[(3 * (((top + row) * resolution) + left))..]);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(inner);
        }
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

    /// <summary>Half to even, as Python rounds; a side that is shorter than the crop is taken whole.</summary>
    private static int CropStart(int side, int resolution) =>
        Math.Max(0, (int)Math.Round((side - resolution) / 2.0, MidpointRounding.ToEven));

    private (int Width, int Height) ResizedSize(RgbImage image, int side)
    {
        switch (Settings.ResizeMode)
        {
            case ResizeMode.Squash:
                return (side, side);
            case ResizeMode.Longest:
                double ratio = Math.Max((double)image.FullWidth / side, (double)image.FullHeight / side);
                return (Math.Max(1, (int)Math.Round(image.FullWidth / ratio)), Math.Max(1, (int)Math.Round(image.FullHeight / ratio)));
            default:
                return ResizedSize(image.FullWidth, image.FullHeight, side);
        }
    }

    private void Fill(Span<byte> pixels)
    {
        (byte red, byte green, byte blue) = Settings.FillColor;
        for (int i = 0; i < pixels.Length; i += 3)
        {
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (red, green, blue);
        }
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
