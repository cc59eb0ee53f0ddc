namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>An antialiased resize in double precision from the filters' formulas, each pass rounded to levels.</summary>
internal static class PlainResize
{
    /// <summary>Three bytes a pixel, rows without padding.</summary>
    public static byte[] Resize(RgbImage image, ResampleFilter filter, int width, int height)
    {
        double[,] across = Weights(filter, image.Width, width);
        double[,] down = Weights(filter, image.Height, height);
        byte[] between = new byte[3 * width * image.Height];
        byte[] result = new byte[3 * width * height];
        for (int i = 0; i < between.Length; i++)
        {
            (int channel, int x, int y) = (i % 3, i / 3 % width, i / 3 / width);
            int row = 3 * y * image.Width;
            between[i] = Level(Enumerable.Range(0, image.Width).Sum(k => across[x, k] * image.Pixels[row + (3 * k) + channel]));
        }

        for (int i = 0; i < result.Length; i++)
        {
            (int channel, int x, int y) = (i % 3, i / 3 % width, i / 3 / width);
            result[i] = Level(Enumerable.Range(0, image.Height).Sum(k => down[y, k] * between[(3 * ((k * width) + x)) + channel]));
        }

        return result;
    }

    /// <summary>A square of a picture.</summary>
    public static byte[] Crop(byte[] pixels, int width, int left, int top, int side) =>
        [.. Enumerable.Range(top, side).SelectMany(row => pixels.Skip(3 * ((row * width) + left)).Take(3 * side))];

    private static byte Level(double value) => (byte)Math.Clamp(Math.Floor(value + 0.5), 0, 255);

    private static double[,] Weights(ResampleFilter filter, int oldSize, int newSize)
    {
        double[,] weights = new double[newSize, oldSize];
        for (int i = 0; i < newSize; i++)
        {
            double scale = (double)oldSize / newSize;
            double center = (i + 0.5) * scale;
            double[] all = [.. Enumerable.Range(0, oldSize).Select(k => oldSize == newSize
                ? (k == i ? 1 : 0)
                : Kernel(filter, (k + 0.5 - center) / Math.Max(scale, 1)))];
            for (int k = 0; k < oldSize; k++)
            {
                weights[i, k] = all[k] / all.Sum();
            }
        }

        return weights;
    }

    private static double Kernel(ResampleFilter filter, double signed)
    {
        double x = Math.Abs(signed);
        double wave = x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
        return filter switch
        {
            ResampleFilter.Box => signed > -0.5 && x <= 0.5 ? 1 : 0,
            ResampleFilter.Bilinear => x < 1 ? 1 - x : 0,
            ResampleFilter.Hamming => x < 1 ? wave * (0.54 + (0.46 * Math.Cos(Math.PI * x))) : 0,
            ResampleFilter.Bicubic when x < 1 => (1.5 * x * x * x) - (2.5 * x * x) + 1,
            ResampleFilter.Bicubic => x < 2 ? (-0.5 * x * x * x) + (2.5 * x * x) - (4 * x) + 2 : 0,
            _ => x == 0 ? 1 : x < 3 ? wave * Math.Sin(Math.PI * x / 3) / (Math.PI * x / 3) : 0,
        };
    }
}
