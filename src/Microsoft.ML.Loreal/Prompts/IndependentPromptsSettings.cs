namespace Microsoft.ML.Loreal.Prompts;

/// <summary>The sizes of independent vision-language prompts.</summary>
/// <param name="TextTokens">The learned tokens of the text tower.</param>
/// <param name="ImageTokens">The learned tokens of the image tower.</param>
/// <param name="TextDepth">The text blocks that have their own.</param>
/// <param name="ImageDepth">The image blocks that have their own.</param>
/// <param name="InitialText">The words before the class name, whose first ones the text tokens start from and take the place of.</param>
internal sealed record IndependentPromptsSettings(int TextTokens, int ImageTokens, int TextDepth, int ImageDepth, string InitialText);
