namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// The weights of an antialiased bicubic resize along one axis: Keys' kernel with a = -0.5, widened by the scale when the axis shrinks,
/// cut at the borders and divided by the sum. Pillow, torchvision and timm share this definition.
/// </summary>
internal static class BicubicWeights
{
    /// <summary>The most taps that one output needs.</summary>
    public static int MaximumTaps(int oldSize, int newSize) => (2 * (int)Math.Ceiling(Support(oldSize, newSize))) + 1;

    /// <summary>Writes the weights of one output position and returns the first source position and the number of taps.</summary>
    public static (int Start, int Count) Compute(int oldSize, int newSize, int position, Span<double> weights)
    {
        double scale = (double)oldSize / newSize;
        double shrink = Math.Max(scale, 1.0);
        double support = Support(oldSize, newSize);
        double center = (position + 0.5) * scale;
        double inverse = 1.0 / shrink;
        int start = Math.Max((int)(center - support + 0.5), 0);
        int count = Math.Min((int)(center + support + 0.5), oldSize) - start;
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            double weight = Kernel((i + start - center + 0.5) * inverse);
            weights[i] = weight;
            sum += weight;
        }

        for (int i = 0; i < count; i++)
        {
            weights[i] /= sum;
        }

        return (start, count);
    }

    private static double Support(int oldSize, int newSize) => 2.0 * Math.Max((double)oldSize / newSize, 1.0);

    private static double Kernel(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        return x < 1.0 ? ((((A + 2.0) * x) - (A + 3.0)) * x * x) + 1.0
            : x < 2.0 ? ((((x - 5.0) * x) + 8.0) * x - 4.0) * A
            : 0.0;
    }
}
