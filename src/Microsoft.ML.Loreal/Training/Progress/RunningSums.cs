using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Progress;

/// <summary>
/// The sums of an epoch's losses while it runs. They stay on the device that trains and are read only where something depends on them:
/// whoever reads waits for all that a GPU was given to do.
/// </summary>
internal sealed class RunningSums : IDisposable
{
    private readonly Tensor _losses; // [5] float64: total, cross-entropy, HLD, LLD, BPD; they stay as they are once the total is infinite or not a number
    private readonly Tensor _counts; // [2] int64: right answers, and images as long as the total is finite
    private readonly Tensor _none;   // [], stands for a loss that is not computed

    /// <summary>Goes on from what was summed before.</summary>
    /// <param name="device">Where the losses are.</param>
    /// <param name="start">The sums so far; null for none.</param>
    public RunningSums(Device device, EpochSums? start = null)
    {
        using DisposeScope scope = NewDisposeScope();
        EpochSums sums = start ?? new EpochSums();
        _losses = tensor([sums.Total, sums.CrossEntropy, sums.HighLevel, sums.LowLevel, sums.Bridge], device: device).DetachFromDisposeScope();
        _counts = tensor([sums.Correct, sums.Images], device: device).DetachFromDisposeScope();
        _none = zeros([], device: device).DetachFromDisposeScope();
    }

    /// <summary>Adds a step, or a part of one; each counts as much as it has images.</summary>
    /// <param name="losses">The means over the images.</param>
    /// <param name="labels">[B] int64.</param>
    public void Add(StepLosses losses, Tensor labels)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long images = labels.shape[0];
        Tensor total = _losses.select(0, 0);
        Tensor means = stack([losses.Total, losses.CrossEntropy, losses.HighLevel ?? _none, losses.LowLevel ?? _none, losses.Bridge ?? _none]);
        _losses.copy_(where(total.isfinite(), _losses + (means * images), _losses));
        _counts.add_(stack([losses.Logits.argmax(1).eq(losses.Answers ?? labels).sum(), total.isfinite() * images]));
    }

    /// <summary>The sums so far.</summary>
    public EpochSums Read()
    {
        using DisposeScope scope = NewDisposeScope();
        ReadOnlySpan<double> losses = MemoryMarshal.Cast<byte, double>(_losses.cpu().bytes);
        ReadOnlySpan<long> counts = MemoryMarshal.Cast<byte, long>(_counts.cpu().bytes);
        return new EpochSums
        {
            Total = losses[0],
            CrossEntropy = losses[1],
            HighLevel = losses[2],
            LowLevel = losses[3],
            Bridge = losses[4],
            Correct = counts[0],
            Images = counts[1],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _losses.Dispose();
        _counts.Dispose();
        _none.Dispose();
    }
}
