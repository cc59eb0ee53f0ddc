using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip.Tokenizer;

/// <summary>Reads what a Hugging Face tokenizer.json says, after checking that it is a tokenizer like CLIP's.</summary>
internal sealed class TokenizerJson
{
    private readonly string _description;

    private TokenizerJson(JsonElement root, string description)
    {
        _description = description;
        JsonElement model = root.TryGetProperty("model", out JsonElement value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw new InvalidDataException($"{description} is not a tokenizer: it needs the object model.");
        CheckModel(model);
        CheckSteps(root, "normalizer", "normalizers", ["NFC", "Replace", "Lowercase"], "Lowercase");
        CheckSteps(root, "pre_tokenizer", "pretokenizers", ["Split", "ByteLevel"], "ByteLevel");
        Vocabulary = model.TryGetProperty("vocab", out JsonElement vocabulary) && vocabulary.ValueKind == JsonValueKind.Object
            ? vocabulary
            : throw new InvalidDataException($"{description}: model.vocab is missing; expected an object of tokens and their ids.");
        Merges = ReadMerges(model);
    }

    /// <summary>The object of tokens and their ids.</summary>
    public JsonElement Vocabulary { get; }

    public (string Left, string Right)[] Merges { get; }

    /// <exception cref="NotSupportedException">It is another kind of tokenizer; the message says in what.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static TokenizerJson Read(JsonElement root, string description) => new(root, description);

    /// <summary>The list added_tokens of a tokenizer.json.</summary>
    public static IReadOnlyList<AddedToken> ReadAddedTokens(JsonElement root, string description)
    {
        if (!root.TryGetProperty("added_tokens", out JsonElement list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException($"{description}: added_tokens is a {list.ValueKind}; expected an array.");
        }

        foreach (JsonElement token in list.EnumerateArray().Where(token => token.ValueKind == JsonValueKind.Object))
        {
            AddedToken.CheckSettings(token, description);
        }

        return [.. list.EnumerateArray().Select(token =>
            token.ValueKind == JsonValueKind.Object
            && token.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int number)
            && token.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String
                ? new AddedToken(content.GetString()!, number)
                : throw new InvalidDataException(
                    $"{description}: added_tokens holds {token.GetRawText()}; expected an object with id and content."))];
    }

    private void CheckModel(JsonElement model)
    {
        (string Name, string Expected, Func<JsonElement, bool> IsExpected)[] expectations =
        [
            ("type", "\"BPE\"", value => IsText(value, "BPE")),
            ("end_of_word_suffix", $"\"{ClipVocabulary.WordEnd}\"", value => IsText(value, ClipVocabulary.WordEnd)),
            ("continuing_subword_prefix", "none", value => IsNone(value) || IsText(value, string.Empty)),
            ("dropout", "none", value => IsNone(value) || (value.ValueKind == JsonValueKind.Number && value.GetDouble() == 0)),
            ("byte_fallback", "false", value => value.ValueKind is JsonValueKind.False or JsonValueKind.Undefined),
            ("ignore_merges", "false", value => value.ValueKind is JsonValueKind.False or JsonValueKind.Undefined),
        ];
        foreach ((string name, string expected, Func<JsonElement, bool> isExpected) in expectations)
        {
            model.TryGetProperty(name, out JsonElement value);
            // Old files do not name the type.
            if (!isExpected(value) && !(name == "type" && value.ValueKind == JsonValueKind.Undefined))
            {
                string found = value.ValueKind == JsonValueKind.Undefined ? "missing" : value.GetRawText();
                throw Other($"model.{name} is {found}; expected {expected}");
            }
        }

        static bool IsNone(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

        static bool IsText(JsonElement value, string text) => value.ValueKind == JsonValueKind.String && value.ValueEquals(text);
    }

    /// <summary>The steps that a tokenizer.json names must be CLIP's; what it leaves out is.</summary>
    private void CheckSteps(JsonElement root, string name, string list, string[] known, string needed)
    {
        if (!root.TryGetProperty(name, out JsonElement step) || step.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        string[] types = step.ValueKind == JsonValueKind.Object
            && step.TryGetProperty(list, out JsonElement steps)
            && steps.ValueKind == JsonValueKind.Array
            ? [.. steps.EnumerateArray().Select(Type)]
            : [Type(step)];
        if (!types.Contains(needed) || types.Except(known).Any())
        {
            throw Other($"{name} is {string.Join(" + ", types)}; expected {string.Join(" + ", known)}");
        }

        static string Type(JsonElement step) =>
            step.ValueKind == JsonValueKind.Object
            && step.TryGetProperty("type", out JsonElement type)
            && type.ValueKind == JsonValueKind.String
                ? type.GetString()!
                : step.ValueKind.ToString();
    }

    private (string Left, string Right)[] ReadMerges(JsonElement model)
    {
        if (!model.TryGetProperty("merges", out JsonElement merges) || merges.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException($"{_description}: model.merges is missing; expected an array of pairs.");
        }

        return [.. merges.EnumerateArray().Select(ReadMerge)];
    }

    /// <summary>"a b", or, in newer files, ["a", "b"].</summary>
    private (string Left, string Right) ReadMerge(JsonElement merge, int index)
    {
        string[] pair = merge.ValueKind switch
        {
            JsonValueKind.String => merge.GetString()!.Split(' '),
            JsonValueKind.Array =>
                [.. merge.EnumerateArray().Select(part => part.ValueKind == JsonValueKind.String ? part.GetString()! : string.Empty)],
            _ => [],
        };
        return pair is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw new InvalidDataException($"{_description}: model.merges[{index}] is {merge.GetRawText()}; expected two symbols.");
    }

    private NotSupportedException Other(string what) =>
        new(
            $"{_description} is a tokenizer of another kind than CLIP's: {what}. Only CLIP models with CLIP's own tokenizer are "
            + "supported.");
}
