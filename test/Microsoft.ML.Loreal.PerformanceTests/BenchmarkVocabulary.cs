namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// Every word is one token. The class names have as many tokens as those of Caltech-101 have in CLIP's vocabulary: half of them one, few of
/// them four.
/// </summary>
internal sealed class BenchmarkVocabulary(int size) : IPromptVocabulary
{
    public int StartOfText => size - 2;

    public int EndOfText => size - 1;

    public static string[] ClassNames(int count) => [.. Enumerable.Range(0, count).Select(ClassName)];

    public IReadOnlyList<int> Encode(string text) =>
        [.. text.Replace(".", " .", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Token)];

    private static string ClassName(int index)
    {
        int words = (index % 20) switch
        {
            < 10 => 1,
            < 16 => 2,
            < 19 => 3,
            _ => 4,
        };

        // The last word tells classes of one length apart; it is counted per length, so that a small vocabulary is enough.
        return $"{string.Concat(Enumerable.Repeat("long ", words - 1))}w{(index / 20 * 10) + (index % 10)}";
    }

    private int Token(string word)
    {
        if (word[0] == 'w' && int.TryParse(word.AsSpan(1), out int index))
        {
            return index % (size - 16);
        }

        return size - 3 - (word[0] % 8);
    }
}
