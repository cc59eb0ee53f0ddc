namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>The answer to a picture.</summary>
/// <param name="Predicted">The most probable class.</param>
/// <param name="Classes">The most probable classes, the first one first.</param>
/// <param name="Seen">The picture as the model sees it, as the address of a PNG file; null where it was not asked for.</param>
internal sealed record Prediction(string Predicted, IReadOnlyList<ClassProbability> Classes, string? Seen);
