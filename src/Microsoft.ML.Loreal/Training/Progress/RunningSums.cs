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
    private readonly List<string> _names;
    private readonly Tensor _counts; // [2] int64: right answers, and images as long as the total is finite
    private readonly Tensor _none;   // [] float32, stands for a loss that is not computed

    // [1 + N] float64: the total, then the named ones; they stay as they are once the total is infinite or not a number.
    private Tensor _losses;

    /// <summary>Goes on from what was summed before.</summary>
    /// <param name="device">Where the losses are.</param>
    /// <param name="start">The sums so far; null for none.</param>
    public RunningSums(Device device, EpochSums? start = null)
    {
        using DisposeScope scope = NewDisposeScope();
        EpochSums sums = start ?? new EpochSums();
        _names = [.. sums.Losses.Keys];
        double[] losses = [sums.Total, .. sums.Losses.Values];
        _losses = tensor(losses, dtype: float64, device: device).DetachFromDisposeScope();
        _counts = tensor([sums.Correct, sums.Images], dtype: int64, device: device).DetachFromDisposeScope();
        _none = zeros([], dtype: float32, device: device).DetachFromDisposeScope();
    }

    /// <summary>Adds a step, or a part of one; each counts as much as it has images.</summary>
    /// <param name="losses">The means over the images.</param>
    /// <param name="labels">[B] int64.</param>
    public void Add(StepLosses losses, Tensor labels)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long images = labels.shape[0];
        MakeRoom([.. losses.Terms.Select(term => term.Name).Except(_names)]);
        Tensor total = _losses.select(0, 0);
        Tensor means = stack([losses.Total, .. _names.Select(name => losses.Term(name) ?? _none)]); // [1 + N]
        _losses.copy_(where(total.isfinite(), _losses + (means * images), _losses));
        _counts.add_(stack([losses.Logits.argmax(1).eq(losses.Answers ?? labels).sum(), total.isfinite() * images]));
    }

    /// <summary>The sums so far.</summary>
    public EpochSums Read()
    {
        using DisposeScope scope = NewDisposeScope();
        ReadOnlySpan<double> losses = MemoryMarshal.Cast<byte, double>(_losses.cpu().bytes);
        ReadOnlySpan<long> counts = MemoryMarshal.Cast<byte, long>(_counts.cpu().bytes);
        var sums = new EpochSums { Total = losses[0], Correct = counts[0], Images = counts[1] };
        for (int i = 0; i < _names.Count; i++)
        {
            sums.Losses[_names[i]] = losses[1 + i];
        }

        return sums;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _losses.Dispose();
        _counts.Dispose();
        _none.Dispose();
    }

    /// <summary>Sums losses that were not there before, from 0 on.</summary>
    private void MakeRoom(string[] names)
    {
        if (names.Length > 0)
        {
            Tensor longer = cat([_losses, zeros(names.Length, dtype: float64, device: _losses.device)]).DetachFromDisposeScope();
            _losses.Dispose();
            _losses = longer;
            _names.AddRange(names);
        }
    }
}
