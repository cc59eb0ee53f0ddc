using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Microsoft.ML.Loreal.Tests.Properties;

/// <summary>What holds for the tokens of every text.</summary>
[TestClass]
public sealed class TokenizerPropertyTests
{
    private const int ContextLength = 20;

    private static readonly Lazy<ClipTokenizer> _tokenizer = new(Create);

    private static ClipTokenizer Tokenizer => _tokenizer.Value;

    [TestMethod]
    public void EveryTextHasTokensOfTheVocabulary() => Property.Holds(Texts.Any, text =>
    {
        IReadOnlyList<int> tokens = Tokenizer.Encode(text);
        Assert.IsTrue(tokens.All(token => token >= 0 && token < Tokenizer.VocabularySize));
        bool special = tokens.Any(token => token == Tokenizer.StartOfText || token == Tokenizer.EndOfText);
        Assert.IsFalse(
            special && !text.Contains("<", StringComparison.Ordinal) && !text.Contains('&'),
            "Only a text that spells them has the special tokens.");
        Assert.IsLessThanOrEqualTo((6 * text.Length) + 8, tokens.Count);
    });

    [TestMethod]
    public void ARowIsStartTokensEndAndZeros() => Property.Holds(Texts.Any, text =>
    {
        IReadOnlyList<int> tokens = Tokenizer.Encode(text);
        long[] row = Tokenizer.Tokenize(text, truncate: true);
        int kept = Math.Min(tokens.Count, ContextLength - 2);
        Assert.HasCount(ContextLength, row);
        Assert.AreEqual(Tokenizer.StartOfText, (int)row[0]);
        CollectionAssert.AreEqual(tokens.Take(kept).Select(token => (long)token).ToArray(), row[1..(kept + 1)]);
        Assert.AreEqual(Tokenizer.EndOfText, (int)row[kept + 1]);
        Assert.IsTrue(row[(kept + 2)..].All(token => token == 0));
        if (tokens.Count > ContextLength - 2)
        {
            Assert.ThrowsExactly<ArgumentException>(() => Tokenizer.Tokenize(text));
        }
    });

    [TestMethod]
    public void ASpaceBetweenTextsKeepsTheirTokensApart()
    {
        // The information separators are trimmed at the ends, as Python does, and kept in the middle.
        Gen<string> part = Texts.Any.Where(
            text => !text.Any(character => character is >= '\u001c' and <= '\u001f') && !text.Contains("&#", StringComparison.Ordinal));
        Property.Holds(part.Two(), pair =>
        {
            int[] expected = [.. Tokenizer.Encode(pair.Item1), .. Tokenizer.Encode(pair.Item2)];
            CollectionAssert.AreEqual(expected, Tokenizer.Encode(pair.Item1 + " " + pair.Item2).ToArray());
        });
    }

    [TestMethod]
    public void TheTextOfTokensHasTheSameTokens() => Property.Holds(Texts.Any, text =>
    {
        IReadOnlyList<int> tokens = Tokenizer.Encode(text);
        CollectionAssert.AreEqual(tokens.ToArray(), Tokenizer.Encode(Tokenizer.Decode(tokens)).ToArray());
    });

    [TestMethod]
    public void SpacingDoesNotMatter()
    {
        Gen<string> space = Gen.Elements(" ", "  ", "\t", "\n", "\u00a0", "\u3000 ");
        Gen<string> word = Gen.Elements("red", "Circle", "of", "3", "!!", "dog's", "é");
        Property.Holds(Gen.Zip(word.NonEmptyListOf(), space), pair =>
        {
            int[] expected = [.. Tokenizer.Encode(string.Join(' ', pair.Item1))];
            CollectionAssert.AreEqual(
                expected, Tokenizer.Encode(pair.Item2 + string.Join(pair.Item2, pair.Item1).ToUpperInvariant() + pair.Item2).ToArray());
        });
    }

    /// <summary>Every byte, and a few merges, some of them through symbols that are no tokens.</summary>
    private static ClipTokenizer Create()
    {
        string[] merged = ["ph", "pho", "to</w>", "photo</w>", "of</w>", "do", "dog</w>", "!!</w>"];
        const string Merges = "#version: 0.2\np h\nph o\nt o</w>\npho to</w>\no f</w>\nd o\ndo g</w>\n! !</w>\n";
        return new ClipTokenizer(
            ClipVocabulary.FromHuggingFace(
                new MemoryStream(Encoding.UTF8.GetBytes(TinyClip.VocabularyJson(merged))),
                new MemoryStream(Encoding.UTF8.GetBytes(Merges)),
                "the test's vocabulary"),
            ContextLength);
    }
}
