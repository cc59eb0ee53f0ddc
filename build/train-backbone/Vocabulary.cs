using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>
/// A byte-pair vocabulary in CLIP's layout that makes each of the given words one token: 256 bytes, 256 bytes that end a word, the
/// merges' results, start of text, end of text. Any other text falls apart into smaller pieces.
/// </summary>
internal sealed class Vocabulary
{
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly string _vocabJson;
    private readonly string _mergesText;
    private readonly ClipTokenizer _tokenizer;

    internal Vocabulary(IEnumerable<string> words)
    {
        List<(string Left, string Right)> merges = LearnMerges(words);
        string[] bytes = [.. ByteAlphabet.Order.ToArray().Select(value => ByteAlphabet.Character(value).ToString())];
        string[] tokens =
        [
            .. bytes,
            .. bytes.Select(text => text + ClipVocabulary.WordEnd),
            .. merges.Select(merge => merge.Left + merge.Right),
            ClipVocabulary.StartOfTextToken,
            ClipVocabulary.EndOfTextToken,
        ];
        _vocabJson = JsonSerializer.Serialize(tokens.Index().ToDictionary(token => token.Item, token => token.Index), _json) + "\n";
        _mergesText = string.Concat(merges.Select(merge => $"{merge.Left} {merge.Right}\n").Prepend("#version: 0.2\n"));
        _tokenizer = new ClipTokenizer(
            ClipVocabulary.FromHuggingFace(Utf8(_vocabJson), Utf8(_mergesText), "the vocabulary of the world"), Clip.ContextLength);
    }

    internal int Count => _tokenizer.VocabularySize;

    /// <summary>Start, the text's tokens, end.</summary>
    internal long[] Encode(string text) =>
        [_tokenizer.StartOfText, .. _tokenizer.Encode(text).Select(token => (long)token), _tokenizer.EndOfText];

    internal void Save(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "vocab.json"), _vocabJson);
        File.WriteAllText(Path.Combine(folder, "merges.txt"), _mergesText);
    }

    private static MemoryStream Utf8(string text) => new(Encoding.UTF8.GetBytes(text));

    // The most frequent pair first, as often as it takes until every word is one token. Encoding replays the merges in this order.
    private static List<(string Left, string Right)> LearnMerges(IEnumerable<string> words)
    {
        var merges = new List<(string Left, string Right)>();
        List<string>[] split =
            [.. words.Select(word => word.Select((c, i) => i == word.Length - 1 ? c + ClipVocabulary.WordEnd : c.ToString()).ToList())];
        while (true)
        {
            IGrouping<(string First, string Second), (string First, string Second)>? best = split
                .SelectMany(symbols => symbols.Zip(symbols.Skip(1)))
                .GroupBy(pair => pair)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key.First, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Second, StringComparer.Ordinal)
                .FirstOrDefault();
            if (best is null)
            {
                return merges;
            }

            (string left, string right) = best.Key;
            merges.Add((left, right));
            foreach (List<string> symbols in split)
            {
                for (int i = 0; i < symbols.Count - 1; i++)
                {
                    if (symbols[i] == left && symbols[i + 1] == right)
                    {
                        symbols[i] = left + right;
                        symbols.RemoveAt(i + 1);
                    }
                }
            }
        }
    }
}
