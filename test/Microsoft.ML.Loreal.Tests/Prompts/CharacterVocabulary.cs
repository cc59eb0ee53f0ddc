namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>
/// A vocabulary for tests of prompts: every letter is a token; case, spaces and everything but letters and the full stop are ignored.
/// </summary>
internal sealed class CharacterVocabulary : IPromptVocabulary
{
    public int StartOfText => 512;

    public int EndOfText => 513;

    public IReadOnlyList<int> Encode(string text) =>
        [.. text.ToLowerInvariant().Where(c => c is '.' or (>= 'a' and <= 'z')).Select(c => (int)c)];
}
