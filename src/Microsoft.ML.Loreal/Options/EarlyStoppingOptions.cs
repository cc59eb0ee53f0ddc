namespace Microsoft.ML.Loreal;

/// <summary>
/// When a stage ends before its last epoch: when the validation images have not been classified better for some epochs. The weights of the
/// best epoch are kept.
/// </summary>
public sealed class EarlyStoppingOptions
{
    /// <summary>What is watched. Default: the accuracy on the validation images.</summary>
    public EarlyStoppingMetric Metric { get; set; } = EarlyStoppingMetric.Accuracy;

    /// <summary>The epochs without an improvement after which the stage ends, at least 1. Default 10.</summary>
    public int Patience { get; set; } = 10;

    /// <summary>
    /// By how much the metric must be better than the best one so far to count as an improvement, at least 0. Default 0: by anything.
    /// </summary>
    public double MinimumImprovement { get; set; }
}
