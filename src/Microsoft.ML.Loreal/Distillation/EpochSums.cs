using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>The running sums of an epoch's losses; they are part of a checkpoint within an epoch.</summary>
internal sealed class EpochSums
{
    public double Total { get; set; }

    public double CrossEntropy { get; set; }

    public double HighLevel { get; set; }

    public double LowLevel { get; set; }

    public double Bridge { get; set; }

    public long Correct { get; set; }

    public long Images { get; set; }

    /// <summary>Adds a step, or a part of one; each counts as much as it has images.</summary>
    public void Add(float total, StepLosses losses, Tensor labels)
    {
        var images = labels.shape[0];
        Total += total * images;
        CrossEntropy += losses.CrossEntropy.item<float>() * images;
        HighLevel += (losses.HighLevel?.item<float>() ?? 0) * images;
        LowLevel += (losses.LowLevel?.item<float>() ?? 0) * images;
        Bridge += (losses.Bridge?.item<float>() ?? 0) * images;
        Correct += losses.Logits.argmax(1).eq(losses.Answers ?? labels).sum().item<long>();
        Images += images;
    }

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
