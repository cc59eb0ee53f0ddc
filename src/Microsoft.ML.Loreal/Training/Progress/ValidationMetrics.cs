namespace Microsoft.ML.Loreal.Training.Progress;

/// <summary>How well a student classifies the validation images.</summary>
/// <param name="Loss">The mean cross-entropy.</param>
/// <param name="Accuracy">The share that is classified correctly.</param>
internal sealed record ValidationMetrics(double Loss, double Accuracy);
