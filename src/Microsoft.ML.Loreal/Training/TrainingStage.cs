using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Checkpoints;
using Microsoft.ML.Loreal.Training.Progress;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training;

/// <summary>One stage of training: epochs of shuffled batches, an optimizer, a learning-rate schedule.</summary>
/// <param name="number">The stage: 1, 2 or 3.</param>
/// <param name="settings">How it runs.</param>
/// <param name="seed">The seed of the order of the images.</param>
/// <param name="onEpoch">Told after every epoch.</param>
/// <param name="cancel">Looked at before every step, and within those that are done in parts.</param>
internal sealed class TrainingStage(
    int number, StageSettings settings, int seed, Action<TrainingMetrics>? onEpoch, CancellationToken cancel)
{
    /// <summary>Looks at the validation images after every epoch; null without any.</summary>
    public Func<ValidationMetrics>? Validate { get; init; }

    /// <summary>When to stop before the last epoch; null for never. Needs <see cref="Validate"/>.</summary>
    public EarlyStoppingSettings? EarlyStopping { get; init; }

    /// <summary>Where the stage goes on from and writes to; null for neither.</summary>
    public TrainingCheckpoints? Checkpoints { get; init; }

    /// <summary>
    /// Trains the parameters. With early stopping they end with the weights of the best epoch, otherwise with those of the last one.
    /// </summary>
    /// <param name="parameters">What learns.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="beginEpoch">Called before each epoch.</param>
    /// <param name="losses">The losses of a batch: the epoch from 0, the images of the batch, their labels [B] int64.</param>
    /// <param name="imagesAtOnce">
    /// The most images in one pass; a larger batch is done in parts whose gradients add up to the batch's.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// The loss or a weight became infinite or not a number; noticed before a checkpoint, at the latest at the end of the epoch.
    /// </exception>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public void Run(
        IReadOnlyList<Parameter> parameters,
        IReadOnlyList<int> labels,
        Action<int> beginEpoch,
        Func<int, int[], Tensor, StepLosses> losses,
        int imagesAtOnce = int.MaxValue)
    {
        var schedule = LearningRateSchedule.Of(settings);
        Device device = parameters[0].device;
        using OptimizerHelper optimizer = Optimizer(parameters);
        using BestWeights? best = EarlyStopping is null ? null : new BestWeights(EarlyStopping, parameters);
        TrainingPosition start = Checkpoints?.Resume(number, parameters, optimizer, best) ?? new TrainingPosition(number, 0);
        var clock = Stopwatch.StartNew();
        for (int epoch = start.Epoch; epoch < settings.Epochs && best?.IsOver != true; epoch++)
        {
            cancel.ThrowIfCancellationRequested();
            beginEpoch(epoch);
            double rate = schedule.At(epoch);
            foreach (optim.ILearningRateController? group in optimizer.ParamGroups)
            {
                group.LearningRate = rate;
            }

            (int steps, EpochSums? earlier) = epoch == start.Epoch ? (start.Step, start.Sums) : (0, null);
            using var sums = new RunningSums(device, earlier);
            foreach (int[] batch in Batches(labels.Count, epoch).Skip(steps))
            {
                optimizer.zero_grad();
                foreach (int[] part in batch.Chunk(imagesAtOnce))
                {
                    cancel.ThrowIfCancellationRequested();
                    using DisposeScope scope = NewDisposeScope();
                    Tensor target = DeviceTransfer.Send(Array.ConvertAll(part, i => (long)labels[i]), device);
                    StepLosses step = losses(epoch, part, target);

                    // All losses are means over the images.
                    (part.Length == batch.Length ? step.Total : step.Total * ((double)part.Length / batch.Length)).backward();
                    sums.Add(step, target);
                }

                optimizer.step();
                steps++;
                if (Checkpoints?.IsDue(endOfEpoch: false) == true)
                {
                    Checkpoints.Save(new TrainingPosition(number, epoch, steps, Checked()), parameters, optimizer, best);
                }
            }

            EpochSums whole = Checked();
            ValidationMetrics? validation = Validate?.Invoke();
            if (validation is not null)
            {
                best?.Add(validation);
            }

            if (Checkpoints?.IsDue(endOfEpoch: true) == true)
            {
                Checkpoints.Save(new TrainingPosition(number, epoch + 1), parameters, optimizer, best);
            }

            TimeSpan timeLeft = clock.Elapsed / (epoch + 1 - start.Epoch) * (settings.Epochs - epoch - 1);
            onEpoch?.Invoke(whole.Metrics(number, epoch + 1, settings.Epochs, rate, validation, timeLeft));

            // Looking at every step would keep a GPU waiting; what diverged between two looks reaches nobody.
            EpochSums Checked()
            {
                EpochSums read = sums.Read();
                if (!double.IsFinite(read.Total))
                {
                    long finite = read.Images / BatchSize(labels.Count);
                    throw Diverged($"The loss became {read.Total.ToString(CultureInfo.InvariantCulture)}", epoch, (int)finite + 1, rate);
                }

                CheckWeights(parameters, epoch, steps, rate);
                return read;
            }
        }

        best?.Restore();
    }

    private OptimizerHelper Optimizer(IReadOnlyList<Parameter> parameters) => settings.Optimizer switch
    {
        PromptOptimizer.Sgd => optim.SGD(parameters, settings.LearningRate, momentum: 0.9, weight_decay: settings.WeightDecay),
        PromptOptimizer.Adam => optim.Adam(parameters, settings.LearningRate, 0.9, 0.999, 1e-8, settings.WeightDecay),
        PromptOptimizer.AdamW => optim.AdamW(parameters, settings.LearningRate, 0.9, 0.999, 1e-8, settings.WeightDecay),
        _ => throw new ArgumentOutOfRangeException(nameof(parameters), settings.Optimizer, "Expected the optimizer Sgd, Adam or AdamW."),
    };

    /// <summary>All images in random order; an incomplete last batch is left out, as published, unless it is the only one.</summary>
    public IEnumerable<int[]> Batches(int count, int epoch)
    {
        int[] order = Enumerable.Range(0, count).ToArray();
        Seeds.Stream(seed, RandomUse.Order, number, epoch).Shuffle(order);
        int size = BatchSize(count);
        for (int first = 0; first + size <= count; first += size)
        {
            yield return order[first..(first + size)];
        }
    }

    private int BatchSize(int count) => Math.Min(settings.BatchSize, count);

    /// <summary>A finite loss can still have had an infinite gradient; such weights must reach neither a checkpoint nor a model.</summary>
    private void CheckWeights(IReadOnlyList<Parameter> parameters, int epoch, int step, double rate)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (!stack(parameters.Select(p => p.isfinite().all())).all().item<bool>())
        {
            throw Diverged("A weight became infinite or not a number", epoch, step, rate);
        }
    }

    private InvalidOperationException Diverged(string what, int epoch, int step, double rate) => new(FormattableString.Invariant(
        $"{what} in stage {number}, epoch {epoch + 1} of {settings.Epochs}, step {step}, at learning rate {rate:g6}. ")
        + "Lower the learning rate of this stage."
        + (Checkpoints is null ? "" : $" {Checkpoints.Kept}"));
}
