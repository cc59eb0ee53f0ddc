namespace Microsoft.ML.Loreal;

/// <summary>The settings of a <see cref="LorealClassifier"/>.</summary>
public sealed class LorealClassifierOptions : OnnxScoringOptions
{
}
