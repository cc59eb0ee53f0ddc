using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip.Tokenizer;

/// <summary>CLIP's tokens and the merges that make them, from any of the forms in which they are published.</summary>
internal sealed class ClipVocabulary
{
    /// <summary>What a word's last symbol ends with.</summary>
    public const string WordEnd = "</w>";

    public const string StartOfTextToken = "<|startoftext|>";
    public const string EndOfTextToken = "<|endoftext|>";

    private const int SpecialTokens = 2;

    private const string OpenAIDigest = "5d827db2c026571b4380d244cf6012f0c5092b3b109d297c2e357a7ac598af06";

    // Twenty times openai's.
    private const int MaxMergeTableBytes = 64_000_000;

    // openai's tokenizer takes no more of its merge table; a larger model has padded rows.
    private const int MostOpenAITokens = 49408;

    private ClipVocabulary(
        string[] tokens, (string Left, string Right)[] merges, IEnumerable<AddedToken> added, string description)
    {
        Tokens = tokens;
        Merges = merges;
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
        {
            ids[tokens[id]] = id;
        }

        Added = Add(added, ids, description);
        StartOfText = Special(StartOfTextToken);
        EndOfText = Special(EndOfTextToken);

        int Special(string token) => ids.TryGetValue(token, out int id) ? id
            : throw new InvalidDataException($"The vocabulary of {description} has no token '{token}', which every text needs.");
    }

    /// <summary>The tokens by their id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The merges, the first with the highest priority.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>The tokens that no merge makes and that were added later; none of them is among <see cref="Tokens"/>.</summary>
    public IReadOnlyList<AddedToken> Added { get; }

    public int StartOfText { get; }

    public int EndOfText { get; }

    /// <summary>What tells the vocabulary from others; null for openai's.</summary>
    public string? Identity
    {
        get
        {
            IEnumerable<string> lines = Tokens
                .Concat(Merges.Select(merge => $"{merge.Left} {merge.Right}"))
                .Concat(Added.Select(token => $"{token.Id} {token.Content}"));
            string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
            return digest == OpenAIDigest ? null : digest;
        }
    }

    /// <summary>Reads Hugging Face's vocab.json and merges.txt.</summary>
    public static ClipVocabulary FromHuggingFace(
        Stream vocabulary, Stream merges, string description, IReadOnlyList<AddedToken>? added = null)
    {
        string[] tokens = ReadTokens(vocabulary, description);
        return new ClipVocabulary(
            tokens, ReadMerges(merges, $"{description}: merges.txt", int.MaxValue), added ?? [], description);
    }

    /// <summary>Reads Hugging Face's tokenizer.json; its added tokens are among <paramref name="added"/>.</summary>
    public static ClipVocabulary FromTokenizerJson(JsonElement root, string description, IReadOnlyList<AddedToken> added)
    {
        var tokenizer = TokenizerJson.Read(root, description);
        string[] tokens = ReadTokens(tokenizer.Vocabulary, $"{description}: model.vocab");
        return new ClipVocabulary(tokens, tokenizer.Merges, added, description);
    }

    /// <summary>
    /// Reads openai's bpe_simple_vocab_16e6.txt.gz. It lists more merges than CLIP uses: the vocabulary's size says how many, after the 256
    /// bytes, these as a word's end, start and end.
    /// </summary>
    /// <param name="compressed">The file.</param>
    /// <param name="rows">The tokens that the model has room for.</param>
    /// <param name="description">Names the file in messages.</param>
    /// <param name="added">Tokens beyond the table.</param>
    public static ClipVocabulary FromOpenAI(
        Stream compressed, int rows, string description, IReadOnlyList<AddedToken>? added = null)
    {
        int vocabularySize = Math.Min(rows, MostOpenAITokens);
        int count = vocabularySize - (2 * 256) - SpecialTokens;
        if (count < 0)
        {
            throw new InvalidDataException(
                $"{description}: a vocabulary of {vocabularySize} tokens is too small for openai's merge table; expected at least "
                + $"{(2 * 256) + SpecialTokens}.");
        }

        (string Left, string Right)[] merges;
        try
        {
            using var text = new GZipStream(compressed, CompressionMode.Decompress);
            merges = ReadMerges(Inflate(text, description), description, count);
        }
        catch (InvalidDataException e) when (e.InnerException is null && e.Source == "System.IO.Compression")
        {
            throw new InvalidDataException($"{description} is not a valid gzip file: {e.Message}", e);
        }

        if (merges.Length < count)
        {
            throw new InvalidDataException(
                $"{description} has {merges.Length} merges; a vocabulary of {vocabularySize} tokens needs {count}.");
        }

        var tokens = new List<string>(vocabularySize);
        foreach (byte value in ByteAlphabet.Order)
        {
            tokens.Add(ByteAlphabet.Character(value).ToString());
        }

        for (int i = 0; i < 256; i++)
        {
            tokens.Add(tokens[i] + WordEnd);
        }

        tokens.AddRange(merges.Select(merge => merge.Left + merge.Right));
        tokens.Add(StartOfTextToken);
        tokens.Add(EndOfTextToken);
        return new ClipVocabulary([.. tokens], merges, added ?? [], description);
    }

    /// <summary>The tokens that are not in the vocabulary already, each once; their ids are noted.</summary>
    private static List<AddedToken> Add(IEnumerable<AddedToken> tokens, Dictionary<string, int> ids, string description)
    {
        var owners = new Dictionary<int, string>();
        foreach ((string content, int id) in ids)
        {
            owners[id] = content;
        }

        var added = new List<AddedToken>();
        foreach (AddedToken token in tokens)
        {
            if (ids.TryGetValue(token.Content, out int known))
            {
                if (known != token.Id)
                {
                    throw new InvalidDataException(
                        $"{description}: the added token '{token.Content}' has the id {token.Id}; elsewhere it has {known}.");
                }

                continue;
            }

            if (token.Id < 0 || !owners.TryAdd(token.Id, token.Content))
            {
                throw new InvalidDataException(
                    $"{description}: the added token '{token.Content}' has the id {token.Id}; expected a free one from 0 on.");
            }

            ids.Add(token.Content, token.Id);
            added.Add(token);
        }

        return added;
    }

    /// <summary>Decompresses no more than a merge table can have: a small file could hold a line without end.</summary>
    private static MemoryStream Inflate(Stream compressed, string description)
    {
        var text = new MemoryStream();
        byte[] block = new byte[1 << 16];
        for (int read; (read = compressed.Read(block)) > 0;)
        {
            text.Write(block, 0, read);
            if (text.Length > MaxMergeTableBytes)
            {
                throw new InvalidDataException(
                    $"{description} decompresses to more than {MaxMergeTableBytes} bytes, which no merge table has.");
            }
        }

        text.Position = 0;
        return text;
    }

    private static string[] ReadTokens(Stream vocabulary, string description)
    {
        try
        {
            using var document = JsonDocument.Parse(vocabulary);
            return ReadTokens(document.RootElement, $"{description}: vocab.json");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{description}: vocab.json is not valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{description}: vocab.json has a token that is not Unicode.", e);
        }
    }

    private static string[] ReadTokens(JsonElement vocabulary, string description)
    {
        if (vocabulary.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{description} is a {vocabulary.ValueKind}; expected an object of tokens and their ids.");
        }

        int count = vocabulary.GetPropertyCount();
        string?[] tokens = new string?[count];
        foreach (JsonProperty property in vocabulary.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Number
                || !property.Value.TryGetInt32(out int id)
                || id < 0
                || id >= count
                || tokens[id] is not null)
            {
                throw new InvalidDataException(
                    $"{description} gives '{property.Name}' the id {property.Value.GetRawText()}; expected the {count} tokens to have "
                    + $"the ids 0 to {count - 1}, each once.");
            }

            tokens[id] = property.Name;
        }

        return tokens!;
    }

    private static (string Left, string Right)[] ReadMerges(Stream text, string description, int most)
    {
        var merges = new List<(string, string)>();
        using var reader = new StreamReader(text, Encoding.UTF8);
        for (int number = 1; merges.Count < most && reader.ReadLine() is { } line; number++)
        {
            if ((number == 1 && line.Contains("#version", StringComparison.Ordinal)) || line.Length == 0)
            {
                continue;
            }

            string[] symbols = line.Split(' ');
            if (symbols.Length != 2 || symbols[0].Length == 0 || symbols[1].Length == 0)
            {
                throw new InvalidDataException(
                    $"{description}, line {number}: expected two symbols with a space between them, found "
                    + $"'{(line.Length > 80 ? line[..80] : line)}'.");
            }

            merges.Add((symbols[0], symbols[1]));
        }

        return [.. merges];
    }
}
