using Microsoft.ML.Loreal.Checks;
using Microsoft.ML.Loreal.Prompts;

namespace Microsoft.ML.Loreal;

/// <summary>How one training stage runs. The defaults are CoOp's and LOREAL's published ones.</summary>
public sealed class TrainingStageOptions
{
    /// <summary>Makes the published settings of CoOp and LOREAL.</summary>
    public TrainingStageOptions()
        : this(new StageSettings())
    {
    }

    internal TrainingStageOptions(StageSettings settings)
    {
        Epochs = settings.Epochs;
        BatchSize = settings.BatchSize;
        Optimizer = settings.Optimizer;
        LearningRate = settings.LearningRate;
        WeightDecay = settings.WeightDecay;
        WarmupEpochs = settings.WarmupEpochs;
        WarmupLearningRate = settings.WarmupLearningRate;
    }

    /// <summary>The number of epochs. Default 50.</summary>
    public int Epochs { get; set; }

    /// <summary>Images per step. Default 32.</summary>
    public int BatchSize { get; set; }

    /// <summary>The optimizer. Default: SGD with momentum 0.9.</summary>
    public PromptOptimizer Optimizer { get; set; }

    /// <summary>The base learning rate, before warm-up and cosine. Default 0.002.</summary>
    public double LearningRate { get; set; }

    /// <summary>Weight decay. Default 5e-4.</summary>
    public double WeightDecay { get; set; }

    /// <summary>Epochs at the constant <see cref="WarmupLearningRate"/> before the cosine starts. Default 1.</summary>
    public int WarmupEpochs { get; set; }

    /// <summary>The learning rate during warm-up. Default 1e-5.</summary>
    public double WarmupLearningRate { get; set; }

    /// <summary>Checks the options and takes them over.</summary>
    /// <param name="option">The name of the option that holds them.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    internal StageSettings ToSettings(string option)
    {
        OptionChecks.AtLeast(Epochs, 0, $"{option}.{nameof(Epochs)}");
        OptionChecks.AtLeast(BatchSize, 1, $"{option}.{nameof(BatchSize)}");
        OptionChecks.Defined(Optimizer, $"{option}.{nameof(Optimizer)}");
        OptionChecks.FiniteAndNotNegative(LearningRate, $"{option}.{nameof(LearningRate)}");
        OptionChecks.FiniteAndNotNegative(WeightDecay, $"{option}.{nameof(WeightDecay)}");
        OptionChecks.AtLeast(WarmupEpochs, 0, $"{option}.{nameof(WarmupEpochs)}");
        OptionChecks.FiniteAndNotNegative(WarmupLearningRate, $"{option}.{nameof(WarmupLearningRate)}");
        return new StageSettings
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            Optimizer = Optimizer,
            LearningRate = LearningRate,
            WeightDecay = WeightDecay,
            WarmupEpochs = WarmupEpochs,
            WarmupLearningRate = WarmupLearningRate,
        };
    }
}
