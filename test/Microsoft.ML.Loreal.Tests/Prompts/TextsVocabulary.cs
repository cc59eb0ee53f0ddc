namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>A vocabulary that knows the tokens of some texts, so that reference prompts need no tokenizer.</summary>
internal sealed class TextsVocabulary(int startOfText, int endOfText, IReadOnlyDictionary<string, int[]> texts) : IPromptVocabulary
{
    public int StartOfText => startOfText;

    public int EndOfText => endOfText;

    public IReadOnlyList<int> Encode(string text) => texts[text];
}
