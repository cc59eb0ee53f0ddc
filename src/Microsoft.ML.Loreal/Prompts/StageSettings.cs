namespace Microsoft.ML.Loreal.Prompts;

/// <summary>How one training stage runs. The defaults are those that CoOp and LOREAL were published with.</summary>
internal sealed record StageSettings
{
    // A checkpoint describes its training with these properties in this order.
    public int Epochs { get; init; } = 50;

    public int BatchSize { get; init; } = 32;

    public PromptOptimizer Optimizer { get; init; } = PromptOptimizer.Sgd;

    public double LearningRate { get; init; } = 0.002;

    public double WeightDecay { get; init; } = 5e-4;

    public int WarmupEpochs { get; init; } = 1;

    public double WarmupLearningRate { get; init; } = 1e-5;
}
