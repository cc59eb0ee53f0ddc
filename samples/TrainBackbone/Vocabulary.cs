using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>
/// A byte-pair vocabulary in CLIP's layout that makes each of the given words one token: 256 bytes, 256 bytes that end a word, the
/// merges' results, start of text, end of text. Any other text falls apart into smaller pieces.
/// </summary>
internal sealed class Vocabulary
{
    private const string WordEnd = "</w>";

    private readonly List<(string Left, string Right)> _merges = [];
    private readonly List<string> _tokens = [];
    private readonly Dictionary<string, int> _ids = [];

    internal Vocabulary(IEnumerable<string> words)
    {
        string[] bytes = ByteCharacters.All.Select(c => c.ToString()).ToArray();
        _tokens.AddRange(bytes);
        _tokens.AddRange(bytes.Select(c => c + WordEnd));
        LearnMerges(words.Select(w => w.Select((c, i) => i == w.Length - 1 ? c + WordEnd : c.ToString()).ToList()).ToList());
        _tokens.AddRange(["<|startoftext|>", "<|endoftext|>"]);
        for (int i = 0; i < _tokens.Count; i++)
        {
            _ids.Add(_tokens[i], i);
        }
    }

    internal int Count => _tokens.Count;

    internal int StartOfText => Count - 2;

    internal int EndOfText => Count - 1;

    /// <summary>The token of a whole word of the world.</summary>
    internal int IdOf(string word) => _ids[word + WordEnd];

    /// <summary>Start, one token a word, end.</summary>
    internal long[] Encode(string text) =>
        [StartOfText, .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => (long)IdOf(w)), EndOfText];

    internal void Save(string folder)
    {
        var options = new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(_ids, options) + "\n");
        File.WriteAllLines(
            Path.Combine(folder, "merges.txt"), _merges.Select(m => $"{m.Left} {m.Right}").Prepend("#version: 0.2"));
    }

    // The most frequent pair first, as often as it takes until every word is one token. Encoding replays the merges in this order.
    private void LearnMerges(List<List<string>> words)
    {
        while (true)
        {
            IGrouping<(string First, string Second), (string First, string Second)>? best = words
                .SelectMany(w => w.Zip(w.Skip(1)))
                .GroupBy(pair => pair)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key.First, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Second, StringComparer.Ordinal)
                .FirstOrDefault();
            if (best is null)
            {
                return;
            }
            (string? left, string? right) = best.Key;
            _merges.Add((left, right));
            _tokens.Add(left + right);
            foreach (List<string> word in words)
            {
                for (int i = 0; i < word.Count - 1; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = left + right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }
    }
}
