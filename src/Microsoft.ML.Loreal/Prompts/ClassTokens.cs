namespace Microsoft.ML.Loreal.Prompts;

/// <summary>The class names of a classifier as tokens, checked to be usable as prompts.</summary>
internal sealed class ClassTokens
{
    private ClassTokens(IReadOnlyList<int[]> names, IReadOnlyList<int[]> tails)
    {
        Names = names;
        Tails = tails;
    }

    /// <summary>The tokens of each class name.</summary>
    public IReadOnlyList<int[]> Names { get; }

    /// <summary>What follows each name: the full stop, or nothing where the tokenizer joins it to the name's last token.</summary>
    public IReadOnlyList<int[]> Tails { get; }

    /// <summary>Names read as words: an underscore is a space.</summary>
    public static string Words(string className) => className.Replace('_', ' ');

    /// <summary>Tokenizes "name." for every class.</summary>
    /// <exception cref="ArgumentException">There are fewer than two names, or one is empty, or two have the same tokens.</exception>
    public static ClassTokens Of(IPromptVocabulary vocabulary, IReadOnlyList<string> classNames)
    {
        int[][] sentences = Sentences(vocabulary, classNames, "{}.");
        int[][] names = new int[classNames.Count][];
        int[][] tails = new int[classNames.Count][];
        for (int c = 0; c < classNames.Count; c++)
        {
            int[] sentence = sentences[c];

            // The full stop can merge with the end of the name ("dahlia?" + "."), so the sentence is cut where the name alone would end.
            int length = Math.Min(vocabulary.Encode(Words(classNames[c])).Count, sentence.Length);
            names[c] = sentence[..length];
            tails[c] = sentence[length..];
        }

        return new ClassTokens(names, tails);
    }

    /// <summary>Tokenizes a template filled with every class name.</summary>
    /// <exception cref="ArgumentException">There are fewer than two names, or one is empty, or two have the same tokens.</exception>
    public static int[][] Sentences(IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, string template)
    {
        if (classNames.Count < 2)
        {
            string only = classNames.Count == 1 ? $" (\"{classNames[0]}\")" : "";
            throw new ArgumentException($"A classifier needs at least two classes, found {classNames.Count}{only}.", nameof(classNames));
        }

        int[][] sentences = new int[classNames.Count][];
        var seen = new Dictionary<string, int>();
        for (int c = 0; c < classNames.Count; c++)
        {
            string words = Words(classNames[c] ?? "");
            if (string.IsNullOrWhiteSpace(words) || vocabulary.Encode(words).Count == 0)
            {
                throw new ArgumentException(
                    $"Class {c} has an empty name (\"{classNames[c]}\"); a prompt needs a word for every class.", nameof(classNames));
            }

            sentences[c] = [.. vocabulary.Encode(template.Replace("{}", words, StringComparison.Ordinal))];
            if (!seen.TryAdd(string.Join(' ', sentences[c]), c))
            {
                int first = seen[string.Join(' ', sentences[c])];
                throw new ArgumentException(
                    $"The classes {first} and {c}, \"{classNames[first]}\" and \"{classNames[c]}\", read the same to the text encoder, "
                    + "which ignores case, spacing and underscores, the form of quotation marks, and whether accents are written apart "
                    + "from their letters, as in names of files made on a Mac. Give both one spelling, or rename one.",
                    nameof(classNames));
            }
        }

        return sentences;
    }

    /// <summary>Checks that a prompt fits the text encoder.</summary>
    /// <param name="className">The class that the prompt is for.</param>
    /// <param name="classTokenCount">The tokens of the class's own text, with the full stop.</param>
    /// <param name="otherTokenCount">All other tokens: start, attribute slots, context and end.</param>
    /// <param name="contextLength">The positions of the text encoder.</param>
    /// <exception cref="ArgumentException">The prompt is longer than the context.</exception>
    public static void CheckLength(string className, int classTokenCount, long otherTokenCount, int contextLength)
    {
        if (classTokenCount + otherTokenCount > contextLength)
        {
            throw new ArgumentException(
                $"The prompt of class \"{className}\" is too long: its name and full stop take {classTokenCount} tokens, and of the text "
                + $"encoder's {contextLength} positions start, attributes, context and end leave "
                + $"{Math.Max(contextLength - otherTokenCount, 0)}. Shorten the name, or use fewer attributes or context tokens.",
                "classNames");
        }
    }
}
