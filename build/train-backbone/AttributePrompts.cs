namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>One sentence for each value of each attribute, in the order of <see cref="AttributeWords.All"/>.</summary>
internal static class AttributePrompts
{
    internal static IReadOnlyList<string> All { get; } = AttributeWords.All
        .SelectMany(a => a.Values.Select(value =>
            a == AttributeWords.Shape ? $"a {value}"
            : a == AttributeWords.Outline ? $"a shape with {value} outline"
            : $"a {value} shape"))
        .ToArray();
}
