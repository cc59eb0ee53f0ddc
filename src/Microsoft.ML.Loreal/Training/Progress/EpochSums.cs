namespace Microsoft.ML.Loreal.Training.Progress;

/// <summary>
/// The sums of an epoch's losses so far, as <see cref="RunningSums"/> gives them; they are part of a checkpoint within an epoch.
/// </summary>
internal sealed class EpochSums
{
    public double Total { get; set; }

    public double CrossEntropy { get; set; }

    public double HighLevel { get; set; }

    public double LowLevel { get; set; }

    public double Bridge { get; set; }

    public long Correct { get; set; }

    /// <summary>The images; where the loss became infinite or not a number, those before that.</summary>
    public long Images { get; set; }

    /// <summary>The means.</summary>
    public TrainingMetrics Metrics(int stage, int epoch, int epochs, double rate, ValidationMetrics? validation, TimeSpan timeLeft) => new(
        stage,
        epoch,
        epochs,
        Total / Images,
        CrossEntropy / Images,
        HighLevel / Images,
        LowLevel / Images,
        Bridge / Images,
        (double)Correct / Images,
        rate,
        validation?.Loss,
        validation?.Accuracy,
        timeLeft);
}
