namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// The weights of an antialiased resize along one axis: a filter's kernel, widened by the scale when the axis shrinks, cut at the borders
/// and divided by the sum. Pillow, torchvision and timm share this definition.
/// </summary>
internal static class ResampleWeights
{
    /// <summary>The most taps that one output needs.</summary>
    public static int MaximumTaps(ResampleFilter filter, int oldSize, int newSize) =>
        (2 * (int)Math.Ceiling(Support(filter, oldSize, newSize))) + 1;

    /// <summary>Writes the weights of one output position and returns the first source position and the number of taps.</summary>
    public static (int Start, int Count) Compute(ResampleFilter filter, int oldSize, int newSize, int position, Span<double> weights)
    {
        double scale = (double)oldSize / newSize;
        double shrink = Math.Max(scale, 1.0);
        double support = Support(filter, oldSize, newSize);
        double center = (position + 0.5) * scale;
        double inverse = 1.0 / shrink;
        int start = Math.Max((int)(center - support + 0.5), 0);
        int count = Math.Min((int)(center + support + 0.5), oldSize) - start;
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            double weight = Kernel(filter, (i + start - center + 0.5) * inverse);
            weights[i] = weight;
            sum += weight;
        }

        for (int i = 0; i < count; i++)
        {
            weights[i] /= sum;
        }

        return (start, count);
    }

    /// <summary>Where the kernel ends.</summary>
    public static double Radius(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Box => 0.5,
        ResampleFilter.Bilinear or ResampleFilter.Hamming => 1.0,
        ResampleFilter.Bicubic => 2.0,
        _ => 3.0,
    };

    private static double Support(ResampleFilter filter, int oldSize, int newSize) =>
        Radius(filter) * Math.Max((double)oldSize / newSize, 1.0);

    private static double Kernel(ResampleFilter filter, double x) => filter switch
    {
        ResampleFilter.Box => x is > -0.5 and <= 0.5 ? 1.0 : 0.0,
        ResampleFilter.Bilinear => Math.Max(1.0 - Math.Abs(x), 0.0),
        ResampleFilter.Hamming => Math.Abs(x) < 1.0 ? Sinc(x) * (0.54 + (0.46 * Math.Cos(x * Math.PI))) : 0.0,
        ResampleFilter.Bicubic => Bicubic(Math.Abs(x)),
        _ => x is >= -3.0 and < 3.0 ? Sinc(x) * Sinc(x / 3) : 0.0,
    };

    private static double Bicubic(double x)
    {
        const double A = -0.5;
        return x < 1.0 ? ((((A + 2.0) * x) - (A + 3.0)) * x * x) + 1.0
            : x < 2.0 ? ((((x - 5.0) * x) + 8.0) * x - 4.0) * A
            : 0.0;
    }

    private static double Sinc(double x) => x == 0.0 ? 1.0 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
