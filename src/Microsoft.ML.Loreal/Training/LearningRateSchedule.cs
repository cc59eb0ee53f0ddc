using Microsoft.ML.Loreal.Prompts;

namespace Microsoft.ML.Loreal.Training;

/// <summary>The learning rate of every epoch: a warm-up, then a cosine.</summary>
/// <param name="Rate">The base learning rate.</param>
/// <param name="Epochs">The epochs of the stage.</param>
/// <param name="WarmupEpochs">The epochs of the warm-up.</param>
/// <param name="WarmupRate">The learning rate of the warm-up (of its first epoch, where it is linear).</param>
internal sealed record LearningRateSchedule(double Rate, int Epochs, int WarmupEpochs, double WarmupRate)
{
    /// <summary>Whether the warm-up grows linearly to the base rate; otherwise it is constant.</summary>
    public bool LinearWarmup { get; init; }

    /// <summary>
    /// Whether the cosine begins at 0 after the warm-up, as published. It keeps the length of the whole stage, so it does not quite reach
    /// 0.
    /// </summary>
    public bool Recount { get; init; } = true;

    /// <summary>The schedule of a stage.</summary>
    public static LearningRateSchedule Of(StageSettings stage) =>
        new(stage.LearningRate, stage.Epochs, stage.WarmupEpochs, stage.WarmupLearningRate);

    /// <summary>The learning rate in force in an epoch, from 0.</summary>
    public double At(int epoch)
    {
        if (epoch < WarmupEpochs)
        {
            return LinearWarmup && epoch > 0 ? Rate * epoch / WarmupEpochs : WarmupRate;
        }

        int origin = Recount ? 0 : WarmupEpochs;
        return Rate * Cosine(epoch - WarmupEpochs + origin) / Cosine(origin);
    }

    private double Cosine(int epoch) => 1 + Math.Cos(Math.PI * epoch / Epochs);
}
