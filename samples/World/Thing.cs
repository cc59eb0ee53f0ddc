namespace Microsoft.ML.Loreal.Samples;

/// <summary>What one picture shows, as indices into the values of <see cref="AttributeWords.All"/>.</summary>
public readonly record struct Thing(int Color, int Structure, int Shape, int Size, int Outline)
{
    public int this[int attribute] => attribute switch
    {
        0 => Color,
        1 => Structure,
        2 => Shape,
        3 => Size,
        4 => Outline,
        _ => throw new ArgumentOutOfRangeException(nameof(attribute)),
    };

    /// <summary>The word for the value of an attribute.</summary>
    public string Word(int attribute) => AttributeWords.All[attribute].Values[this[attribute]];

    /// <summary>Draws every attribute independently, but never a color, structure and shape that make one of the classes.</summary>
    public static Thing Sample(Random random)
    {
        while (true)
        {
            var thing = new Thing(
                random.Next(AttributeWords.Color.Values.Count),
                random.Next(AttributeWords.Structure.Values.Count),
                random.Next(AttributeWords.Shape.Values.Count),
                random.Next(AttributeWords.Size.Values.Count),
                random.Next(AttributeWords.Outline.Values.Count));
            if (!ThingClass.IsHeldOut(thing))
            {
                return thing;
            }
        }
    }
}
