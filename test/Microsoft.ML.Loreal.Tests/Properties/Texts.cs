using FsCheck;
using FsCheck.Fluent;

namespace Microsoft.ML.Loreal.Tests.Properties;

/// <summary>
/// Generates texts that tokenizers find hard: letters with case rules of their own, HTML, white space of every kind, emoji, halves of
/// surrogate pairs.
/// </summary>
internal static class Texts
{
    private static readonly string[] _pieces =
    [
        "a",
        "photo",
        "of",
        "Dog",
        "ΑΣ",
        "Σ",
        "ς",
        "İ",
        "ß",
        "ﬁ",
        "é",
        "e\u0301",
        "中文",
        "日本",
        "한국",
        "שלום",
        "٣",
        "½",
        "2",
        "10",
        "'s",
        "'S",
        "'ll",
        "'",
        "''",
        "don't",
        "\u2019s",
        " ",
        "  ",
        "\t",
        "\n",
        "\u00a0",
        "\u2003",
        "\u3000",
        "&amp;",
        "&amp;lt;",
        "&lt",
        "&#x41;",
        "&#0;",
        "&#xD800;",
        "&#",
        "&",
        ";",
        "&notin;",
        "&nosuch;",
        "<|startoftext|>",
        "<|endoftext|>",
        "<|",
        "</w>",
        "<",
        ">",
        ".",
        ",",
        "!!",
        "-",
        "_",
        "{}",
        "\u0345",
        "\u200d",
        "👍🏽",
        "👩‍💻",
        "\ud83d",
        "\udc4d",
        "\ufffd",
        "\0",
        "\u0007",
    ];

    private static readonly Gen<string> _piece = Gen.OneOf(
        Gen.Elements(_pieces),
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
        ArbMap.Default.GeneratorFor<char>().Select(character => character.ToString()));

    /// <summary>Up to a dozen pieces without anything between them.</summary>
    public static Gen<string> Any { get; } = _piece.ArrayOf().Select(pieces => string.Concat(pieces.Take(12)));
}
