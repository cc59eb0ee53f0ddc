using System.Text.Json.Serialization;

namespace Microsoft.ML.Loreal.Training.Progress;

/// <summary>
/// The sums of an epoch's losses so far, as <see cref="RunningSums"/> gives them; they are part of a checkpoint within an epoch.
/// </summary>
internal sealed class EpochSums
{
    public double Total { get; set; }

    /// <summary>The sums of the losses in the total, by their names in <see cref="TrainingLosses"/>.</summary>
    public Dictionary<string, double> Losses { get; set; } = new(StringComparer.Ordinal);

    public long Correct { get; set; }

    /// <summary>The images; where the loss became infinite or not a number, those before that.</summary>
    public long Images { get; set; }

    // Files of format 1 from before the losses had names have these four in this order, 0 where one was not computed. PromptKD, which has
    // no cross-entropy, kept its losses in the places of HLD and LLD; a cross-entropy of exactly 0 is taken for none.
    [JsonInclude]
    private double CrossEntropy
    {
        set => AddComputed(TrainingLosses.CrossEntropy, value);
    }

    [JsonInclude]
    private double HighLevel
    {
        set => AddComputed(IsLoreal ? TrainingLosses.HighLevelDistillation : TrainingLosses.Distillation, value);
    }

    [JsonInclude]
    private double LowLevel
    {
        set => AddComputed(IsLoreal ? TrainingLosses.LowLevelDistillation : TrainingLosses.SimilarityDifference, value);
    }

    [JsonInclude]
    private double Bridge
    {
        set => AddComputed(TrainingLosses.BridgeDistillation, value);
    }

    private bool IsLoreal => Losses.ContainsKey(TrainingLosses.CrossEntropy);

    /// <summary>The means.</summary>
    public TrainingMetrics Metrics(int stage, int epoch, int epochs, double rate, ValidationMetrics? validation, TimeSpan timeLeft) => new(
        stage,
        epoch,
        epochs,
        Total / Images,
        Losses.ToDictionary(loss => loss.Key, loss => loss.Value / Images, StringComparer.Ordinal),
        (double)Correct / Images,
        rate,
        validation?.Loss,
        validation?.Accuracy,
        timeLeft);

    private void AddComputed(string name, double sum)
    {
        if (sum != 0)
        {
            Losses[name] = sum;
        }
    }
}
