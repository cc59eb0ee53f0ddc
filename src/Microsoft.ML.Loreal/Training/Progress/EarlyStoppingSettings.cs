namespace Microsoft.ML.Loreal.Training.Progress;

/// <summary>When a stage ends before its last epoch.</summary>
/// <param name="Metric">What is watched.</param>
/// <param name="Patience">The epochs without an improvement after which the stage ends.</param>
/// <param name="MinimumImprovement">By how much the metric must be better than the best one so far.</param>
internal sealed record EarlyStoppingSettings(EarlyStoppingMetric Metric, int Patience, double MinimumImprovement);
