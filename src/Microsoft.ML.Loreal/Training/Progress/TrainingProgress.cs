using System.Globalization;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal.Training.Progress;

/// <summary>Tells the MLContext's log, its progress channel and the user's callback about every epoch.</summary>
internal sealed class TrainingProgress : IDisposable
{
    private readonly IChannel _channel;
    private readonly IProgressChannel _progress;
    private readonly Action<TrainingMetrics>? _callback;
    private volatile TrainingMetrics? _last;

    public TrainingProgress(IHost host, IChannel channel, Action<TrainingMetrics>? callback)
    {
        _channel = channel;
        _callback = callback;
        _progress = host.StartProgressChannel("Training");
        _progress.SetHeader(new ProgressHeader(["loss", "accuracy", "validation loss", "validation accuracy"], ["epochs"]), Fill);
    }

    public void Report(TrainingMetrics metrics)
    {
        _last = metrics;
        string validation = metrics.ValidationLoss is null
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $", validation loss {metrics.ValidationLoss:F4}, validation accuracy {metrics.ValidationAccuracy:P1}");
        _channel.Info(
            MessageSensitivity.None,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Stage {metrics.Stage}, epoch {metrics.Epoch} of {metrics.Epochs}: loss {metrics.Loss:F4}, "
                + $"accuracy {metrics.Accuracy:P1}{validation}, learning rate {metrics.LearningRate:G3}, "
                + $"{metrics.TimeLeft:hh\\:mm\\:ss} left in this stage."));
        _progress.Checkpoint(metrics.Loss, metrics.Accuracy, metrics.ValidationLoss, metrics.ValidationAccuracy, metrics.Epoch);
        _callback?.Invoke(metrics);
    }

    public void Dispose() => _progress.Dispose();

    private void Fill(IProgressEntry entry)
    {
        if (_last is { } metrics)
        {
            entry.SetProgress(0, metrics.Epoch, metrics.Epochs);
            entry.SetMetric(0, metrics.Loss);
            entry.SetMetric(1, metrics.Accuracy);
            if (metrics is { ValidationLoss: { } loss, ValidationAccuracy: { } accuracy })
            {
                entry.SetMetric(2, loss);
                entry.SetMetric(3, accuracy);
            }
        }
    }
}
