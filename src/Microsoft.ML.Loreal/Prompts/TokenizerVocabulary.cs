using Microsoft.ML.Loreal.Clip.Tokenizer;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>A backbone's tokenizer as prompts use it.</summary>
internal sealed class TokenizerVocabulary(ClipTokenizer tokenizer) : IPromptVocabulary
{
    /// <inheritdoc/>
    public int StartOfText => tokenizer.StartOfText;

    /// <inheritdoc/>
    public int EndOfText => tokenizer.EndOfText;

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text) => tokenizer.Encode(text);
}
