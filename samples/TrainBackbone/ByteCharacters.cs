namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>
/// The printable characters that stand for the 256 bytes in a byte-level vocabulary, in the order in which CLIP numbers them.
/// </summary>
internal static class ByteCharacters
{
    internal static IReadOnlyList<char> All { get; } = Printable()
        .Concat(Enumerable.Range(256, 256 - Printable().Count()).Select(code => (char)code))
        .ToArray();

    private static IEnumerable<char> Printable() =>
        Range('!', '~').Concat(Range('\u00A1', '\u00AC')).Concat(Range('\u00AE', '\u00FF'));

    private static IEnumerable<char> Range(char first, char last) => Enumerable.Range(first, last - first + 1).Select(code => (char)code);
}
