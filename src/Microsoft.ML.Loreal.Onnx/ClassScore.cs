namespace Microsoft.ML.Loreal;

/// <summary>One class of a prediction.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Probability">Its probability, from 0 to 1.</param>
public readonly record struct ClassScore(string ClassName, float Probability);
