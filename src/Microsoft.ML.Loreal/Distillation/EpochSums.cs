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

    /// <summary>The steps added so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Adds a step.</summary>
    public void Add(float total, StepLosses losses, Tensor labels)
    {
        Steps++;
        _total += total;
        _crossEntropy += losses.CrossEntropy.item<float>();
        _highLevel += losses.HighLevel?.item<float>() ?? 0;
        _lowLevel += losses.LowLevel?.item<float>() ?? 0;
        _bridge += losses.Bridge?.item<float>() ?? 0;
        _correct += losses.Logits.argmax(1).eq(labels).sum().item<long>();
        _images += labels.shape[0];
    }

    /// <summary>The means.</summary>
    public TrainingMetrics Metrics(int stage, int epoch, int epochs, double rate) => new(
        stage,
        epoch,
        epochs,
        _total / Steps,
        _crossEntropy / Steps,
        _highLevel / Steps,
        _lowLevel / Steps,
        _bridge / Steps,
        (double)_correct / _images,
        rate);
}
