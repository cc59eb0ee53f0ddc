namespace Microsoft.ML.Loreal.Samples;

/// <summary>A class of objects to tell apart, such as "red striped star": size and outline vary freely within it.</summary>
public sealed record ThingClass(int Color, int Structure, int Shape)
{
    // The same pattern twice, once for each half of the colors, so that base and new classes are equally hard. Within a half every color
    // occurs 6 times, every structure and every shape 4 times, and a class has on average 2/3 neighbors that differ from it in the
    // color only, as many in the structure only and in the shape only: all three attributes count.
    private static readonly (string BaseColor, string NewColor, string[] Kinds)[] Pattern =
    [
        ("blue", "pink", ["striped square", "striped heart", "dotted square", "dotted cross", "checkered star", "checkered cross"]),
        ("cyan", "purple", ["solid triangle", "solid star", "dotted circle", "checkered star", "ringed heart", "zigzag circle"]),
        ("green", "red", ["solid square", "solid cross", "checkered cross", "ringed triangle", "ringed star", "zigzag triangle"]),
        ("orange", "yellow", ["striped square", "striped heart", "dotted circle", "ringed heart", "zigzag circle", "zigzag triangle"]),
    ];

    private static readonly HashSet<(int, int, int)> HeldOut;

    static ThingClass()
    {
        // Sorted by name the base colors come first.
        All = Pattern
            .SelectMany(row => new[] { row.BaseColor, row.NewColor }
                .SelectMany(color => row.Kinds.Select(kind => Parse($"{color} {kind}"))))
            .OrderBy(c => c.Name, StringComparer.Ordinal)
            .ToArray();
        HeldOut = All.Select(c => (c.Color, c.Structure, c.Shape)).ToHashSet();
    }

    /// <summary>The 48 classes, sorted by name. None of them ever appears in pretraining.</summary>
    public static IReadOnlyList<ThingClass> All { get; }

    public string Name =>
        $"{AttributeWords.Color.Values[Color]} {AttributeWords.Structure.Values[Structure]} {AttributeWords.Shape.Values[Shape]}";

    public static bool IsHeldOut(Thing thing) => HeldOut.Contains((thing.Color, thing.Structure, thing.Shape));

    /// <summary>An object of this class with a random size and outline.</summary>
    public Thing Sample(Random random) => new(
        Color, Structure, Shape, random.Next(AttributeWords.Size.Values.Count), random.Next(AttributeWords.Outline.Values.Count));

    private static ThingClass Parse(string name)
    {
        string[] words = name.Split(' ');
        return new ThingClass(
            AttributeWords.Color.IndexOf(words[0]), AttributeWords.Structure.IndexOf(words[1]), AttributeWords.Shape.IndexOf(words[2]));
    }
}
