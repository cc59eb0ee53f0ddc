namespace Microsoft.ML.Loreal.Samples;

/// <summary>A sentence about a picture, and which attributes it tells.</summary>
public sealed record Caption(string Text, IReadOnlyList<bool> Tells)
{
    private static readonly double[] Mentioned = [0.85, 0.75, 0.9, 0.3, 0.3];

    private static readonly string[] Openings =
    [
        "a photo of a", "a picture of a", "an image of the", "a drawing of a", "this is a", "a photo of one", "see the", "", "a",
        "snapshot of my", "the",
    ];

    /// <summary>
    /// A sentence that is true of the thing and leaves some of its attributes out. Filler words in front make long texts, attribute
    /// phrases ("red color star shape") make prompts that look like those of prompt learning.
    /// </summary>
    public static Caption About(Thing thing, Random random)
    {
        bool[] tells = Mentioned.Select(p => random.NextDouble() < p).ToArray();
        if (!tells[0] && !tells[1] && !tells[2])
        {
            tells[2] = true;
        }
        var words = new List<string>();
        if (random.NextDouble() < 0.3)
        {
            int count = random.Next(1, 27);
            for (int i = 0; i < count; i++)
            {
                words.Add(Words.Filler[random.Next(Words.Filler.Count)]);
            }
        }
        if (random.NextDouble() < 0.35)
        {
            AddPhrases(words, thing, tells, random);
        }
        else
        {
            AddSentence(words, thing, tells, random);
        }
        if (random.NextDouble() < 0.6)
        {
            words.Add(".");
        }
        return new Caption(string.Join(' ', words), tells);
    }

    /// <summary>Whether everything that the caption tells of <paramref name="subject"/> holds for another thing too.</summary>
    public bool IsTrueOf(Thing other, Thing subject)
    {
        for (int k = 0; k < Tells.Count; k++)
        {
            if (Tells[k] && other[k] != subject[k])
            {
                return false;
            }
        }
        return true;
    }

    // "striped structure red color star shape", and half of the time the plain name after it.
    private static void AddPhrases(List<string> words, Thing thing, bool[] tells, Random random)
    {
        int[] told = Enumerable.Range(0, tells.Length).Where(k => tells[k]).ToArray();
        random.Shuffle(told);
        foreach (int k in told)
        {
            words.Add(thing.Word(k));
            words.Add(AttributeWords.All[k].Name);
        }
        if (random.NextDouble() < 0.5)
        {
            words.AddRange(Enumerable.Range(0, 3).Where(k => tells[k]).Select(k => thing.Word(k)));
        }
    }

    // "a photo of a small red striped star with a thick outline"
    private static void AddSentence(List<string> words, Thing thing, bool[] tells, Random random)
    {
        words.AddRange(Openings[random.Next(Openings.Length)].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var adjectives = Enumerable.Range(0, 2).Where(k => tells[k]).Select(k => thing.Word(k)).ToList();
        if (random.NextDouble() < 0.25)
        {
            adjectives.Reverse();
        }
        if (tells[3])
        {
            adjectives.Insert(0, thing.Word(3));
        }
        words.AddRange(adjectives);
        if (tells[2])
        {
            words.Add(thing.Word(2));
        }
        else if (random.NextDouble() < 0.5)
        {
            words.Add(AttributeWords.Shape.Name);
        }
        if (tells[4])
        {
            words.Add("with");
            if (thing.Word(4) != "no")
            {
                words.Add("a");
            }
            words.AddRange([thing.Word(4), AttributeWords.Outline.Name]);
        }
    }
}
