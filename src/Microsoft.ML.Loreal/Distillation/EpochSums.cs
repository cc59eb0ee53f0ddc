using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>The running sums of an epoch's losses.</summary>
internal sealed class EpochSums
{
    private double _total;
    private double _crossEntropy;
    private double _highLevel;
    private double _lowLevel;
    private double _bridge;
    private long _correct;
    private long _images;

    /// <summary>Adds a step, or a part of one; each counts as much as it has images.</summary>
    public void Add(float total, StepLosses losses, Tensor labels)
    {
        var images = labels.shape[0];
        _total += total * images;
        _crossEntropy += losses.CrossEntropy.item<float>() * images;
        _highLevel += (losses.HighLevel?.item<float>() ?? 0) * images;
        _lowLevel += (losses.LowLevel?.item<float>() ?? 0) * images;
        _bridge += (losses.Bridge?.item<float>() ?? 0) * images;
        _correct += losses.Logits.argmax(1).eq(labels).sum().item<long>();
        _images += images;
    }

    /// <summary>The means.</summary>
    public TrainingMetrics Metrics(int stage, int epoch, int epochs, double rate) => new(
        stage,
        epoch,
        epochs,
        _total / _images,
        _crossEntropy / _images,
        _highLevel / _images,
        _lowLevel / _images,
        _bridge / _images,
        (double)_correct / _images,
        rate);
}
