namespace Microsoft.ML.Loreal.Samples;

/// <summary>The words of this world: what can be said about objects, and words that say nothing about them.</summary>
public static class Words
{
    /// <summary>What stands around captions on the web.</summary>
    public static IReadOnlyList<string> Filler { get; } =
        ("the of a an in on at and with for from by this that is it photo picture image drawing snapshot view showing shows see stock free "
        + "download jpg png img hd new best nice old my your our some one two three day night home shop sale blog post page material "
        + "habitat behavior pose texture pattern weather number").Split(' ');

    /// <summary>Every word that a caption can contain, sorted.</summary>
    public static IReadOnlyList<string> All { get; } = Filler
        .Concat(AttributeWords.All.Select(a => a.Name))
        .Concat(AttributeWords.All.SelectMany(a => a.Values))
        .Append(".")
        .Distinct()
        .Order(StringComparer.Ordinal)
        .ToArray();
}
