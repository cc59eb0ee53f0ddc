namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>The sizes of what a PromptKD student learns.</summary>
/// <param name="Tokens">The learned tokens of a block of the image tower.</param>
/// <param name="Depth">The blocks that have their own.</param>
/// <param name="FeatureWidth">J', the width of the teacher's features.</param>
internal sealed record PromptKDStudentSettings(int Tokens, int Depth, int FeatureWidth);
