namespace Microsoft.ML.Loreal;

/// <summary>How one training stage runs. The defaults are CoOp's and LOREAL's published ones.</summary>
public sealed class TrainingStageOptions
{
    /// <summary>The number of epochs. Default 50.</summary>
    public int Epochs { get; set; } = 50;

    /// <summary>Images per step. Default 32.</summary>
    public int BatchSize { get; set; } = 32;

    /// <summary>The optimiser. Default: SGD with momentum 0.9.</summary>
    public PromptOptimizer Optimizer { get; set; } = PromptOptimizer.Sgd;

    /// <summary>The base learning rate, before warm-up and cosine. Default 0.002.</summary>
    public double LearningRate { get; set; } = 0.002;

    /// <summary>Weight decay. Default 5e-4.</summary>
    public double WeightDecay { get; set; } = 5e-4;

    /// <summary>Epochs at the constant <see cref="WarmupLearningRate"/> before the cosine starts. Default 1.</summary>
    public int WarmupEpochs { get; set; } = 1;

    /// <summary>The learning rate during warm-up. Default 1e-5.</summary>
    public double WarmupLearningRate { get; set; } = 1e-5;
}
