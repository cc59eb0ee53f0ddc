namespace Microsoft.ML.Loreal.Tests.House;

/// <summary>What .editorconfig says of lines and no tool of the SDK holds.</summary>
[TestClass]
public sealed class SourceLineTests
{
    private const int MaxColumns = 140;

    [TestMethod]
    public void NoLineIsLongerThanTheEditorsRuler()
    {
        string[] files =
        [
            .. new[] { "src", "test", "samples", "build" }
                .SelectMany(folder => Directory.EnumerateFiles(Repository.At(folder), "*.cs", SearchOption.AllDirectories)),
        ];

        string[] found =
        [
            .. files.SelectMany(file => File.ReadLines(file).Index()
                .Where(line => line.Item.Length > MaxColumns && !IsData(line.Item))
                .Select(line => $"{Path.GetRelativePath(Repository.Root, file)}:{line.Index + 1}")),
        ];

        Assert.IsGreaterThan(300, files.Length);
        Assert.IsEmpty(found, $"Longer than {MaxColumns} columns:\n" + string.Join('\n', found));
    }

    /// <summary>Whether the line is mostly one long word, such as encoded bytes, or a message as a system gives it.</summary>
    private static bool IsData(string line) =>
        line.Split(' ').Any(word => word.Length > line.Length / 2)
            || line.TrimStart().StartsWith("Unable to load", StringComparison.Ordinal);
}
