namespace Microsoft.ML.Loreal.Prompts;

/// <summary>What prompts need of a tokenizer.</summary>
internal interface IPromptVocabulary
{
    /// <summary>The id before every prompt.</summary>
    int StartOfText { get; }

    /// <summary>The id after every prompt; the text feature is read at it.</summary>
    int EndOfText { get; }

    /// <summary>The tokens of a text, without start and end.</summary>
    IReadOnlyList<int> Encode(string text);
}
