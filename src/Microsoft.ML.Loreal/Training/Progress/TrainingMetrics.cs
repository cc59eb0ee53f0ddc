using System.Globalization;
using System.Text;

namespace Microsoft.ML.Loreal;

/// <summary>What one epoch of training did.</summary>
/// <param name="Stage">
/// The stage. Of LOREAL: 1 the method at the standard resolution, 2 the method at the low one, 3 the distillation of the meta-nets. Of
/// PromptKD: always 1.
/// </param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">The number of epochs of this stage.</param>
/// <param name="Loss">The mean total loss: the weighted sum that training lowers.</param>
/// <param name="Losses">
/// The mean of each loss in that sum before its weight, under its name in <see cref="TrainingLosses"/>; those that are computed and no
/// others. What a prompt method adds to the cross-entropy in stages 1 and 2 is in <paramref name="Loss"/> alone.
/// </param>
/// <param name="Accuracy">
/// The share of training images classified correctly, in [0, 1]; of PromptKD that on which the student agrees with the teacher.
/// </param>
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
    IReadOnlyDictionary<string, double> Losses,
    double Accuracy,
    double LearningRate,
    double? ValidationLoss,
    double? ValidationAccuracy,
    TimeSpan TimeLeft)
{
    /// <summary><see cref="TrainingLosses.CrossEntropy"/> among <see cref="Losses"/>; 0 with PromptKD, which has no labels.</summary>
    public double CrossEntropy => Losses.GetValueOrDefault(TrainingLosses.CrossEntropy);

    /// <summary>
    /// <see cref="TrainingLosses.HighLevelDistillation"/> among <see cref="Losses"/>; 0 in stages 1 and 2, and with PromptKD, whose
    /// divergence is <see cref="TrainingLosses.Distillation"/>.
    /// </summary>
    public double HighLevelDistillation => Losses.GetValueOrDefault(TrainingLosses.HighLevelDistillation);

    /// <summary>
    /// <see cref="TrainingLosses.LowLevelDistillation"/> among <see cref="Losses"/>; 0 in stages 1 and 2, and with PromptKD.
    /// </summary>
    public double LowLevelDistillation => Losses.GetValueOrDefault(TrainingLosses.LowLevelDistillation);

    /// <summary><see cref="TrainingLosses.BridgeDistillation"/> among <see cref="Losses"/>; 0 where it is not computed.</summary>
    public double BridgeDistillation => Losses.GetValueOrDefault(TrainingLosses.BridgeDistillation);

    /// <summary>Whether both are of one epoch with the same numbers, those of <see cref="Losses"/> included.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(TrainingMetrics? other) => other is not null
        && Numbers.Equals(other.Numbers)
        && Losses.Count == other.Losses.Count
        && Losses.All(loss => other.Losses.TryGetValue(loss.Key, out double value) && value.Equals(loss.Value));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Numbers, Losses.Count);

    private (int, int, int, double, double, double, double?, double?, TimeSpan) Numbers =>
        (Stage, Epoch, Epochs, Loss, Accuracy, LearningRate, ValidationLoss, ValidationAccuracy, TimeLeft);

    private bool PrintMembers(StringBuilder text)
    {
        string losses = string.Join(", ", Losses.Select(loss => string.Create(CultureInfo.CurrentCulture, $"{loss.Key} {loss.Value}")));
        text.Append(
            CultureInfo.CurrentCulture,
            $"Stage = {Stage}, Epoch = {Epoch}, Epochs = {Epochs}, Loss = {Loss}, Losses = [{losses}], Accuracy = {Accuracy}, ")
            .Append(CultureInfo.CurrentCulture, $"LearningRate = {LearningRate}, ValidationLoss = {ValidationLoss}, ")
            .Append(CultureInfo.CurrentCulture, $"ValidationAccuracy = {ValidationAccuracy}, TimeLeft = {TimeLeft}");
        return true;
    }
}
