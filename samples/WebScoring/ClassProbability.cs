namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>A class and how probable it is.</summary>
internal sealed record ClassProbability(string Name, float Probability);
