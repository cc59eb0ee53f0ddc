using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Loreal.Clip.Tokenizer;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>The files of a backbone that make its tokenizer.</summary>
internal sealed class VocabularyFiles
{
    private const string Vocabulary = "vocab.json";
    private const string Merges = "merges.txt";
    private const string FastTokenizer = "tokenizer.json";
    private const string OpenAI = "bpe_simple_vocab_16e6.txt.gz";
    private const string Added = "added_tokens.json";
    private const string Settings = "tokenizer_config.json";

    // In the order in which they are looked for.
    private static readonly string[][] _forms = [[Vocabulary, Merges], [FastTokenizer], [OpenAI]];

    private VocabularyFiles(ClipVocabulary vocabulary, IReadOnlyList<string> names)
    {
        Contents = vocabulary;
        Names = names;
    }

    /// <summary>All names that are looked for.</summary>
    public static IReadOnlyList<string> AllNames { get; } = [Vocabulary, Merges, FastTokenizer, OpenAI, Added, Settings];

    public ClipVocabulary Contents { get; }

    /// <summary>The names of the files that were used.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>What is missing for a tokenizer, null where nothing is.</summary>
    public static string? Missing(IBackboneFiles files)
    {
        if (Array.Exists(_forms, form => Array.TrueForAll(form, files.Exists)))
        {
            return null;
        }

        string half = files.Exists(Vocabulary) ? Merges : files.Exists(Merges) ? Vocabulary : $"{Vocabulary} and {Merges}";
        return $"{half} (or {FastTokenizer}, or {OpenAI}; those of openai/clip-vit-base-patch32 fit all models with CLIP's 49,408 tokens)";
    }

    /// <summary>Reads the vocabulary for a model whose token embedding has <paramref name="rows"/> rows.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or has more tokens than the model.</exception>
    public static VocabularyFiles Read(IBackboneFiles files, int rows)
    {
        string[] form = Array.Find(_forms, form => Array.TrueForAll(form, files.Exists))!;
        (string Name, IReadOnlyList<AddedToken> Tokens)[] sources =
        [
            .. new[] { FastTokenizer, Added, Settings }.Where(files.Exists).Select(name =>
                (name, BackboneJson.Read(files, name, (root, description) => AddedTokens(name, root, description)))),
        ];
        AddedToken[] added = [.. sources.SelectMany(source => source.Tokens)];
        ClipVocabulary vocabulary = ReadForm(files, form, rows, added);
        int needed = Math.Max(vocabulary.Tokens.Count, vocabulary.Added.Select(token => token.Id + 1).DefaultIfEmpty().Max());
        if (needed > rows)
        {
            throw new InvalidDataException($"The vocabulary of {files.Description} has {needed} tokens; the model has {rows}.");
        }

        // A file that adds nothing need not be kept.
        string[] used = [.. sources.Where(source => source.Tokens.Any(vocabulary.Added.Contains)).Select(source => source.Name)];
        return new VocabularyFiles(vocabulary, [.. form.Union(used)]);
    }

    private static ClipVocabulary ReadForm(IBackboneFiles files, string[] form, int rows, IReadOnlyList<AddedToken> added)
    {
        switch (form[0])
        {
            case FastTokenizer:
                return BackboneJson.Read(
                    files, FastTokenizer, (root, description) => ClipVocabulary.FromTokenizerJson(root, description, added));

            case OpenAI:
                using (Stream compressed = files.Open(OpenAI))
                {
                    return ClipVocabulary.FromOpenAI(compressed, rows, BackboneContents.Describe(files, OpenAI), added);
                }

            default:
                using (Stream vocabulary = files.Open(Vocabulary))
                using (Stream merges = files.Open(Merges))
                {
                    return ClipVocabulary.FromHuggingFace(vocabulary, merges, files.Description, added);
                }
        }
    }

    /// <summary>What one of transformers' three files says of tokens that are no part of the published vocabulary.</summary>
    private static IReadOnlyList<AddedToken> AddedTokens(string name, JsonElement root, string description)
    {
        return name switch
        {
            FastTokenizer => TokenizerJson.ReadAddedTokens(root, description),
            Added => [.. root.EnumerateObject().Select(token => new AddedToken(token.Name, Id(token.Value)))],
            _ => !root.TryGetProperty("added_tokens_decoder", out JsonElement tokens) || tokens.ValueKind != JsonValueKind.Object
                ? []
                : [.. tokens.EnumerateObject().Select(token => new AddedToken(Content(token), ParsedId(token.Name)))],
        };

        int Id(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) ? id
            : throw new InvalidDataException($"{description} gives a token the id {value.GetRawText()}; expected a whole number.");

        int ParsedId(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id
            : throw new InvalidDataException($"{description}: added_tokens_decoder has the id '{text}'; expected a whole number.");

        string Content(JsonProperty token)
        {
            if (token.Value.ValueKind != JsonValueKind.Object
                || !token.Value.TryGetProperty("content", out JsonElement content)
                || content.ValueKind != JsonValueKind.String)
            {
                throw new InvalidDataException(
                    $"{description}: added_tokens_decoder holds {token.Value.GetRawText()}; expected an object with content.");
            }

            AddedToken.CheckSettings(token.Value, description);
            return content.GetString()!;
        }
    }
}
