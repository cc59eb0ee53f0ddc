using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>One stage of training: epochs of shuffled batches, an optimiser, a learning-rate schedule.</summary>
/// <param name="number">The stage: 1, 2 or 3.</param>
/// <param name="settings">How it runs.</param>
/// <param name="seed">The seed of the order of the images.</param>
/// <param name="onEpoch">Told after every epoch.</param>
/// <param name="cancel">Looked at before every step.</param>
internal sealed class TrainingStage(int number, TrainingStageOptions settings, int seed, Action<TrainingMetrics>? onEpoch, CancellationToken cancel)
{
    /// <summary>Trains the parameters.</summary>
    /// <param name="parameters">What learns.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="beginEpoch">Called before each epoch.</param>
    /// <param name="losses">The losses of a batch: the epoch from 0, the images of the batch, their labels [B] int64.</param>
    /// <param name="imagesAtOnce">The most images in one pass; a larger batch is done in parts whose gradients add up to the batch's.</param>
    /// <exception cref="InvalidOperationException">The loss became infinite or not a number.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public void Run(
        IReadOnlyList<Parameter> parameters,
        IReadOnlyList<int> labels,
        Action<int> beginEpoch,
        Func<int, int[], Tensor, StepLosses> losses,
        int imagesAtOnce = int.MaxValue)
    {
        var schedule = LearningRateSchedule.Of(settings);
        using var optimizer = Optimizer(parameters);
        for (var epoch = 0; epoch < settings.Epochs; epoch++)
        {
            cancel.ThrowIfCancellationRequested();
            beginEpoch(epoch);
            var rate = schedule.At(epoch);
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = rate;
            }

            var sums = new EpochSums();
            var steps = 0;
            foreach (var batch in Batches(labels.Count, epoch))
            {
                cancel.ThrowIfCancellationRequested();
                optimizer.zero_grad();
                foreach (var part in batch.Chunk(imagesAtOnce))
                {
                    using var scope = NewDisposeScope();
                    var target = tensor(Array.ConvertAll(part, i => (long)labels[i]), device: parameters[0].device);
                    var step = losses(epoch, part, target);
                    var total = step.Total.item<float>();
                    if (!float.IsFinite(total))
                    {
                        throw new InvalidOperationException(FormattableString.Invariant(
                            $"The loss became {total} in stage {number}, epoch {epoch + 1} of {settings.Epochs}, step {steps + 1}, at learning rate {rate:g6}. Lower the learning rate of this stage."));
                    }

                    // All losses are means over the images.
                    (part.Length == batch.Length ? step.Total : step.Total * ((double)part.Length / batch.Length)).backward();
                    sums.Add(total, step, target);
                }

                optimizer.step();
                steps++;
            }

            onEpoch?.Invoke(sums.Metrics(number, epoch + 1, settings.Epochs, rate));
        }
    }

    private optim.Optimizer Optimizer(IReadOnlyList<Parameter> parameters) => settings.Optimizer switch
    {
        PromptOptimizer.Sgd => optim.SGD(parameters, settings.LearningRate, momentum: 0.9, weight_decay: settings.WeightDecay),
        PromptOptimizer.Adam => optim.Adam(parameters, settings.LearningRate, 0.9, 0.999, 1e-8, settings.WeightDecay),
        PromptOptimizer.AdamW => optim.AdamW(parameters, settings.LearningRate, 0.9, 0.999, 1e-8, settings.WeightDecay),
        _ => throw new ArgumentOutOfRangeException(nameof(parameters), settings.Optimizer, "Expected the optimiser Sgd, Adam or AdamW."),
    };

    /// <summary>All images in random order; an incomplete last batch is left out, as published, unless it is the only one.</summary>
    private IEnumerable<int[]> Batches(int count, int epoch)
    {
        var order = Enumerable.Range(0, count).ToArray();
        Seeds.Stream(seed, RandomUse.Order, number, epoch).Shuffle(order);
        var size = Math.Min(settings.BatchSize, count);
        for (var first = 0; first + size <= count; first += size)
        {
            yield return order[first..(first + size)];
        }
    }
}
