using System.Text.Json;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>The classes of one variant of the reference numbers whose prompts are a template filled with their names.</summary>
internal sealed class ReferenceSentences
{
    private ReferenceSentences(string[] classNames, TextsVocabulary vocabulary)
    {
        ClassNames = classNames;
        Vocabulary = vocabulary;
    }

    public string[] ClassNames { get; }

    public TextsVocabulary Vocabulary { get; }

    /// <summary>Reads the tokens of the filled template, and takes those behind its beginning for the name's.</summary>
    public static ReferenceSentences Read(JsonElement root, JsonElement variant, string template)
    {
        string[] classNames = root.GetProperty("classnames").Deserialize<string[]>()!;
        int[][] rows = variant.GetProperty("tokenized_prompts").Deserialize<int[][]>()!;
        int shared = Enumerable.Range(1, rows[0].Length - 1).TakeWhile(p => rows.All(row => row[p] == rows[0][p])).Count();
        string begin = template[..template.IndexOf("{}", StringComparison.Ordinal)].TrimEnd();
        var texts = new Dictionary<string, int[]> { [begin] = rows[0][1..(1 + shared)] };
        for (int c = 0; c < classNames.Length; c++)
        {
            string words = ClassTokens.Words(classNames[c]);
            int[] sentence = rows[c][1..Array.IndexOf(rows[c], rows[c].Max())];
            texts[template.Replace("{}", words, StringComparison.Ordinal)] = sentence;
            texts[words] = sentence; // only asked whether there are any
        }

        return new ReferenceSentences(classNames, new TextsVocabulary(rows[0][0], rows[0].Max(), texts));
    }
}
