using System.Collections.Concurrent;
using System.Text;

namespace Microsoft.ML.Loreal.Clip.Tokenizer;

/// <summary>Splits a word into the vocabulary's tokens by byte-pair merges. Words are remembered; safe for many threads.</summary>
internal sealed class BytePairEncoder
{
    private const int MaxCachedWords = 1 << 16;

    // Symbols have numbers of their own: a merge may make one that is not a token, on the way to one that is.
    private readonly int[] _byteSymbols = new int[256];
    private readonly int[] _lastByteSymbols = new int[256];
    private readonly List<int> _tokenOfSymbol = [];
    private readonly Dictionary<(int Left, int Right), (int Rank, int Result)> _merges = [];
    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);

    public BytePairEncoder(ClipVocabulary vocabulary)
    {
        var tokens = new Dictionary<string, int>(vocabulary.Tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Tokens.Count; id++)
        {
            tokens[vocabulary.Tokens[id]] = id;
        }

        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int value = 0; value < 256; value++)
        {
            string character = ByteAlphabet.Character((byte)value).ToString();
            _byteSymbols[value] = Symbol(character);
            _lastByteSymbols[value] = Symbol(character + ClipVocabulary.WordEnd);
        }

        for (int rank = 0; rank < vocabulary.Merges.Count; rank++)
        {
            (string left, string right) = vocabulary.Merges[rank];
            _merges[(Symbol(left), Symbol(right))] = (rank, Symbol(left + right));
        }

        int Symbol(string text)
        {
            if (!symbols.TryGetValue(text, out int symbol))
            {
                symbol = symbols.Count;
                symbols.Add(text, symbol);
                _tokenOfSymbol.Add(tokens.GetValueOrDefault(text, -1));
            }

            return symbol;
        }
    }

    /// <summary>The tokens of one word.</summary>
    /// <exception cref="ArgumentException">A part of the word is not in the vocabulary.</exception>
    public int[] Encode(string word)
    {
        if (_words.TryGetValue(word, out int[]? tokens))
        {
            return tokens;
        }

        tokens = Merge(Encoding.UTF8.GetBytes(word), word);
        if (_words.Count < MaxCachedWords)
        {
            _words.TryAdd(word, tokens);
        }

        return tokens;
    }

    /// <summary>Merges the pair of the highest priority, the leftmost first, until no pair can be merged.</summary>
    private int[] Merge(byte[] bytes, string word)
    {
        int length = bytes.Length;
        int[] symbols = new int[length];
        int[] next = new int[length];
        int[] previous = new int[length];
        var queue = new PriorityQueue<(int Position, int Left, int Right), (int Rank, int Position)>();
        for (int i = 0; i < length; i++)
        {
            symbols[i] = i == length - 1 ? _lastByteSymbols[bytes[i]] : _byteSymbols[bytes[i]];
            next[i] = i + 1;
            previous[i] = i - 1;
        }

        for (int i = 0; i + 1 < length; i++)
        {
            Offer(i);
        }

        while (queue.TryDequeue(out (int Position, int Left, int Right) pair, out _))
        {
            int left = pair.Position;
            int right = next[left];
            // A symbol that was merged away is -1, so an outdated pair never fits.
            if (right >= length || symbols[left] != pair.Left || symbols[right] != pair.Right)
            {
                continue;
            }

            symbols[left] = _merges[(pair.Left, pair.Right)].Result;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[left] < length)
            {
                previous[next[left]] = left;
                Offer(left);
            }

            if (previous[left] >= 0)
            {
                Offer(previous[left]);
            }
        }

        var tokens = new List<int>();
        for (int i = 0; i < length; i = next[i])
        {
            int token = _tokenOfSymbol[symbols[i]];
            if (token < 0)
            {
                throw new ArgumentException(
                    $"'{word}' cannot be written in the vocabulary of this backbone: it has no token for a part of it.", nameof(word));
            }

            tokens.Add(token);
        }

        return [.. tokens];

        void Offer(int position)
        {
            (int, int) pair = (symbols[position], symbols[next[position]]);
            if (_merges.TryGetValue(pair, out (int Rank, int Result) merge))
            {
                queue.Enqueue((position, pair.Item1, pair.Item2), (merge.Rank, position));
            }
        }
    }
}
