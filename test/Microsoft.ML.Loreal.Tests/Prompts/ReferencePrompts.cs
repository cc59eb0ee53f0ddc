using System.Text.Json;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>The classes, attributes and tokens of one variant of the reference numbers.</summary>
internal sealed class ReferencePrompts
{
    private ReferencePrompts(string[] classNames, string[] attributes, int copies, int contextTokens, TextsVocabulary vocabulary)
    {
        ClassNames = classNames;
        Attributes = attributes;
        Copies = copies;
        ContextTokens = contextTokens;
        Vocabulary = vocabulary;
    }

    public string[] ClassNames { get; }

    public string[] Attributes { get; }

    /// <summary>M.</summary>
    public int Copies { get; }

    public int ContextTokens { get; }

    public TextsVocabulary Vocabulary { get; }

    /// <summary>Reads a variant out of coop.json or loreal.json.</summary>
    public static ReferencePrompts Read(JsonElement root, JsonElement variant)
    {
        string[] classNames = root.GetProperty("classnames").Deserialize<string[]>()!;
        int[][] rows = variant.GetProperty("tokenized_prompts").Deserialize<int[][]>()!;
        int contextTokens = variant.GetProperty("n_ctx").GetInt32();
        var texts = new Dictionary<string, int[]>();
        int position = 1;
        string[] attributes = [];
        int copies = 0;
        if (variant.TryGetProperty("attributes", out JsonElement words))
        {
            attributes = words.Deserialize<string[]>()!;
            int[] lengths = variant.GetProperty("attr_text_lens").Deserialize<int[]>()!;
            int[] copiesEach = variant.GetProperty("tokens_per_attribute").Deserialize<int[]>()!;
            copies = copiesEach.Distinct().Single();
            for (int k = 0; k < attributes.Length; k++)
            {
                position += copies;
                texts[attributes[k]] = rows[0][position..(position + lengths[k])];
                position += lengths[k];
            }
        }

        position += contextTokens;
        int[]? nameLengths = variant.TryGetProperty("name_lens", out JsonElement lens) ? lens.Deserialize<int[]>() : null;
        for (int c = 0; c < classNames.Length; c++)
        {
            int end = Array.IndexOf(rows[c], rows[c].Max());
            int[] sentence = rows[c][position..end];
            string words2 = ClassTokens.Words(classNames[c]);
            texts[words2 + "."] = sentence;
            texts[words2] = nameLengths is null ? sentence : sentence[..nameLengths[c]];
        }

        return new ReferencePrompts(classNames, attributes, copies, contextTokens, new TextsVocabulary(rows[0][0], rows[0].Max(), texts));
    }
}
