namespace Microsoft.ML.Loreal.Loreal;

/// <summary>
/// The share w of the low-resolution feature in what conditions the low-resolution student under the aligned bridge.
/// </summary>
internal static class MixSchedule
{
    /// <summary>The share in an epoch.</summary>
    /// <param name="maximum">The largest share; 0 or less switches the mix off.</param>
    /// <param name="start">
    /// The fraction of the epochs after which the share starts to grow; 0 or less: it is <paramref name="maximum"/> at once.
    /// </param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="epochs">The number of epochs.</param>
    public static double At(double maximum, double start, int epoch, int epochs)
    {
        if (maximum <= 0)
        {
            return 0;
        }

        if (start <= 0)
        {
            return maximum;
        }

        double progress = (epoch + 1.0) / epochs;
        return progress <= start ? 0 : maximum * Math.Min((progress - start) / Math.Max(1 - start, 1e-6), 1);
    }
}
