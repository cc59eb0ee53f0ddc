namespace Microsoft.ML.Loreal.Samples;

/// <summary>One way in which objects differ: its name and the words for its values.</summary>
public sealed record AttributeWords(string Name, IReadOnlyList<string> Values)
{
    public static AttributeWords Color { get; } = new("color", ["red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"]);

    public static AttributeWords Structure { get; } = new("structure", ["solid", "striped", "dotted", "checkered", "ringed", "zigzag"]);

    public static AttributeWords Shape { get; } = new("shape", ["circle", "square", "triangle", "star", "cross", "heart"]);

    public static AttributeWords Size { get; } = new("size", ["small", "large"]);

    public static AttributeWords Outline { get; } = new("outline", ["no", "thick", "dashed"]);

    /// <summary>In the order in which <see cref="Thing"/> numbers them.</summary>
    public static IReadOnlyList<AttributeWords> All { get; } = [Color, Structure, Shape, Size, Outline];

    public int IndexOf(string value)
    {
        for (int i = 0; i < Values.Count; i++)
        {
            if (Values[i] == value)
            {
                return i;
            }
        }
        throw new ArgumentException($"'{value}' is no {Name}: {string.Join(", ", Values)}.", nameof(value));
    }
}
