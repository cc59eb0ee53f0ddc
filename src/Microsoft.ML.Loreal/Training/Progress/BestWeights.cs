using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Progress;

/// <summary>The weights of a stage's best epoch so far, and whether it is time to stop.</summary>
/// <param name="settings">What is best, and how long to wait for better.</param>
/// <param name="parameters">What learns.</param>
internal sealed class BestWeights(EarlyStoppingSettings settings, IReadOnlyList<Parameter> parameters) : IDisposable
{
    private Tensor[] _copies = [];

    /// <summary>The metric of the best epoch; null before the first one.</summary>
    public double? Best { get; private set; }

    /// <summary>The epochs since then.</summary>
    public int Waited { get; private set; }

    /// <summary>The weights of the best epoch, one for each parameter; none before the first one.</summary>
    public IReadOnlyList<Tensor> Copies => _copies;

    /// <summary>Whether there was no improvement for as long as was to be waited.</summary>
    public bool IsOver => Waited >= settings.Patience;

    /// <summary>Judges the epoch that just ended.</summary>
    public void Add(ValidationMetrics metrics)
    {
        (double value, bool better) = settings.Metric == EarlyStoppingMetric.Accuracy
            ? (metrics.Accuracy, metrics.Accuracy - Best > settings.MinimumImprovement)
            : (metrics.Loss, Best - metrics.Loss > settings.MinimumImprovement);
        if (Best is null || better)
        {
            Keep(value, 0, parameters);
        }
        else
        {
            Waited++;
        }
    }

    /// <summary>Takes over what a checkpoint says; the tensors are copied.</summary>
    public void Keep(double? best, int waited, IEnumerable<Tensor> weights)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor[] copies = [.. weights.Select(w => w.detach().clone().DetachFromDisposeScope())];
        Dispose();
        (Best, Waited, _copies) = (best, waited, copies);
    }

    /// <summary>Gives the parameters the weights of the best epoch.</summary>
    public void Restore()
    {
        using IDisposable noGrad = no_grad();
        for (int i = 0; i < _copies.Length; i++)
        {
            parameters[i].copy_(_copies[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor copy in _copies)
        {
            copy.Dispose();
        }

        _copies = [];
    }
}
