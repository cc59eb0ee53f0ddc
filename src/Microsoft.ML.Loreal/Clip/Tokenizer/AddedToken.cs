namespace Microsoft.ML.Loreal.Clip.Tokenizer;

/// <summary>A token that was added to a published vocabulary: a text that is never split.</summary>
/// <param name="Content">The text.</param>
/// <param name="Id">Its id.</param>
internal sealed record AddedToken(string Content, int Id);
