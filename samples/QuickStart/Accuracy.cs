namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>Accuracy on the base and on the new classes, in [0, 1].</summary>
internal sealed record Accuracy(double Base, double New)
{
    /// <summary>The harmonic mean, high only where both are.</summary>
    public double HarmonicMean => Base + New == 0 ? 0 : 2 * Base * New / (Base + New);
}
