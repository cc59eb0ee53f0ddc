namespace Microsoft.ML.Loreal;

/// <summary>What one epoch of training did.</summary>
/// <param name="Stage">
/// The stage: 1 the method at the standard resolution, 2 the method at the low one, 3 the distillation of the meta-nets.
/// </param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">The number of epochs of this stage.</param>
/// <param name="Loss">The mean total loss.</param>
/// <param name="CrossEntropy">The mean cross-entropy.</param>
/// <param name="HighLevelDistillation">The mean HLD loss before its weight; 0 in stages 1 and 2.</param>
/// <param name="LowLevelDistillation">The mean LLD loss before its weight; 0 in stages 1 and 2.</param>
/// <param name="BridgeDistillation">The mean BPD loss before its weight; 0 where it is not computed.</param>
/// <param name="Accuracy">The share of training images classified correctly, in [0, 1].</param>
/// <param name="LearningRate">The learning rate in force.</param>
/// <param name="ValidationLoss">The mean cross-entropy of the validation images after the epoch; null without any.</param>
/// <param name="ValidationAccuracy">
/// The share of validation images classified correctly after the epoch, in [0, 1]; null without any.
/// </param>
/// <param name="TimeLeft">
/// The time until the last epoch of this stage ends, if the epochs still to come take as long as those since <c>Fit</c> was called.
/// </param>
public sealed record TrainingMetrics(
    int Stage,
    int Epoch,
    int Epochs,
    double Loss,
    double CrossEntropy,
    double HighLevelDistillation,
    double LowLevelDistillation,
    double BridgeDistillation,
    double Accuracy,
    double LearningRate,
    double? ValidationLoss,
    double? ValidationAccuracy,
    TimeSpan TimeLeft);
