using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Loreal.Tests.Clip;

[TestClass]
public sealed class TokenizerTests
{
    private const int ClipVocabularySize = 49408;

    private static readonly Lazy<ClipTokenizer?> _clip = new(() =>
    {
        if (Fixtures.ClipVocabularyFile() is not { } path)
        {
            return null;
        }

        using FileStream stream = File.OpenRead(path);
        return new ClipTokenizer(ClipVocabulary.FromOpenAI(stream, ClipVocabularySize, path), contextLength: 77);
    });

    public static IEnumerable<object[]> Categories => Fixtures.Has("tokenizer/tokenizer.json")
        ? Fixtures.Json("tokenizer/tokenizer.json").GetProperty("cases").EnumerateArray().Select(
            item => item.GetProperty("category").GetString()!).Distinct().Select(category => new object[] { category })
        : [["(missing)"]];

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(Categories))]
    public void TokensEqualTheReference(string category)
    {
        ClipTokenizer tokenizer = Clip();
        var wrong = new List<string>();
        foreach (JsonElement item in Fixtures.Json("tokenizer/tokenizer.json").GetProperty("cases").EnumerateArray()
            .Where(item => item.GetProperty("category").GetString() == category))
        {
            string text = item.GetProperty("text").GetString()!;
            // Of ftfy's repairs the tokenizer does two: it composes characters and straightens quotation marks.
            bool changed = item.GetProperty("ftfy_changes_ids").GetBoolean();
            bool repaired = ComposedText.Of(text) != text || text.AsSpan().ContainsAny("\u2018\u2019\u201c\u201d");
            long[] expected = Fixtures.Longs(item.GetProperty(changed && !repaired ? "ids_without_ftfy" : "ids"));
            long[] actual = [.. tokenizer.Encode(text).Select(id => (long)id)];
            if (!expected.AsSpan().SequenceEqual(actual))
            {
                wrong.Add($"'{text}': expected [{string.Join(", ", expected)}], found [{string.Join(", ", actual)}]");
            }

            if (!changed)
            {
                CheckRow(tokenizer, item, text, expected);
                Assert.AreEqual(item.GetProperty("decoded").GetString(), tokenizer.Decode(tokenizer.Encode(text)), text);
            }
        }

        Assert.IsEmpty(wrong, string.Join("\n", wrong));
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    public void BothPublishedFormsOfTheVocabularyAgree()
    {
        string path = ClipFile();
        using FileStream stream = File.OpenRead(path);
        var expected = ClipVocabulary.FromOpenAI(stream, ClipVocabularySize, path);
        using var json = new MemoryStream(
            JsonSerializer.SerializeToUtf8Bytes(expected.Tokens.Index().ToDictionary(token => token.Item, token => token.Index)));
        using var merges = new MemoryStream(
            Encoding.UTF8.GetBytes(
                "#version: 0.2\n" + string.Join("\n", expected.Merges.Select(merge => $"{merge.Left} {merge.Right}")) + "\n"));
        var vocabulary = ClipVocabulary.FromHuggingFace(json, merges, "test");
        Assert.IsNull(expected.Identity, expected.Identity);
        Assert.IsNull(vocabulary.Identity);
        Assert.IsNotNull(Small().Identity);
        var tokenizer = new ClipTokenizer(vocabulary, 77);
        Assert.AreEqual(ClipVocabularySize - 2, tokenizer.StartOfText);
        Assert.AreEqual(ClipVocabularySize - 1, tokenizer.EndOfText);
        foreach (string text in new[] { "a photo of a cat.", "Don't panic: 42 naïve cafés 🦊", "antidisestablishmentarianism" })
        {
            CollectionAssert.AreEqual(Clip().Encode(text).ToArray(), tokenizer.Encode(text).ToArray(), text);
        }
    }

    [TestMethod]
    public void ASmallVocabularyWorks()
    {
        ClipTokenizer tokenizer = Small();
        // l o w e r l</w> ... : "low" and "er</w>" are merged, the rest are single bytes.
        CollectionAssert.AreEqual(new[] { "low", "er</w>" }, Tokens(tokenizer, "Lower"));
        CollectionAssert.AreEqual(new[] { "low", "low</w>" }, Tokens(tokenizer, "lowlow"));
        CollectionAssert.AreEqual(new[] { "w", "o", "l</w>" }, Tokens(tokenizer, "wol"));
        Assert.AreEqual("lower low ", tokenizer.Decode(tokenizer.Encode("lower low")));
        CollectionAssert.AreEqual(new long[] { tokenizer.StartOfText, 12, 13, tokenizer.EndOfText, 0, 0 }, tokenizer.Tokenize("lower"));
    }

    [TestMethod]
    public void ATextPastTheContextIsRefusedUnlessItMayBeCut()
    {
        ClipTokenizer tokenizer = Small();
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Tokenize("low low low low low"));
        StringAssert.Contains(error.Message, "5 tokens");
        StringAssert.Contains(error.Message, "room for 4");
        CollectionAssert.AreEqual(
            new long[] { tokenizer.StartOfText, 11, 11, 11, 11, tokenizer.EndOfText },
            tokenizer.Tokenize("low low low low low", truncate: true));
    }

    [TestMethod]
    public void AWordOutsideTheVocabularyIsNamed()
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => Small().Encode("low zebra"));
        StringAssert.Contains(error.Message, "'zebra'");
    }

    [TestMethod]
    public void CleaningFollowsTheReference()
    {
        (string Text, string Cleaned)[] cases =
        [
            ("  A\t\tB\u00a0\u2003C  ", "a b c"),
            ("&amp;amp;lt;", "&lt;"),
            ("&notit; &AMP &copy2024", "¬it; & ©2024"),
            ("&#128; &#x1F600; &#0; &#xD800; &#1; &#13;x", "€ 😀 \ufffd \ufffd x"),
            ("&# &#x &; &nosuchname;", "&# &#x &; &nosuchname;"),
            ("&CounterClockwiseContourIntegral; &NotEqualTilde;", "\u2233 \u2242\u0338"),
            ("İI ΟΔΟΣ ΟΔΟΣ. Σ ΣΑ ΑΣ'Α Α\u00adΣ", "i̇i οδος οδος. σ σα ασ'α α\u00adς"),
            ("𐐀Ⓐ", "𐐨ⓐ"),
            ("\u001c\u001da\u001fb\u001e", "a\u001fb"),
        ];
        foreach ((string text, string cleaned) in cases)
        {
            Assert.AreEqual(cleaned, ClipTokenizer.Clean(text), text);
        }
    }

    [TestMethod]
    public void ManyThreadsGetTheSameTokens()
    {
        ClipTokenizer tokenizer = Small();
        string[] texts =
        [
            .. Enumerable.Range(0, 500)
                .Select(i => string.Concat(Enumerable.Range(0, 12).Select(bit => (i >> bit & 1) == 0 ? "lo" : "we"))),
        ];
        int[][] expected = [.. texts.Select(text => Small().Encode(text).ToArray())];
        Parallel.For(
            0,
            texts.Length * 8,
            i => CollectionAssert.AreEqual(expected[i % texts.Length], tokenizer.Encode(texts[i % texts.Length]).ToArray()));
    }

    [TestMethod]
    public void ADamagedVocabularyIsRefused()
    {
        RefusedVocabulary("[]", "", "expected an object");
        RefusedVocabulary("{", "", "not valid JSON");
        RefusedVocabulary("""{"a":0,"b":0}""", "", "each once");
        RefusedVocabulary("""{"a":0,"b":7}""", "", "ids 0 to 1");
        RefusedVocabulary("""{"<|endoftext|>":0,"b":1}""", "", "no token '<|startoftext|>'");
        RefusedVocabulary("""{"a":0,"b":1}""", "#version\na b c\n", "line 2");
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => ClipVocabulary.FromOpenAI(new MemoryStream([1, 2, 3, 4]), ClipVocabularySize, "the table"));
        StringAssert.Contains(error.Message, "the table");
    }

    private static void RefusedVocabulary(string json, string merges, string expected)
    {
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () =>
                ClipVocabulary.FromHuggingFace(
                    new MemoryStream(Encoding.UTF8.GetBytes(json)), new MemoryStream(Encoding.UTF8.GetBytes(merges)), "test"));
        StringAssert.Contains(error.Message, expected);
    }

    private static void CheckRow(ClipTokenizer tokenizer, JsonElement item, string text, long[] ids)
    {
        if (item.TryGetProperty("row77", out JsonElement row))
        {
            Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Tokenize(text), text);
            CollectionAssert.AreEqual(Fixtures.Longs(row), tokenizer.Tokenize(text, truncate: true), text);
        }
        else
        {
            long[] expected = [tokenizer.StartOfText, .. ids, tokenizer.EndOfText, .. new long[tokenizer.ContextLength - ids.Length - 2]];
            CollectionAssert.AreEqual(expected, tokenizer.Tokenize(text), text);
        }
    }

    private static string ClipFile()
    {
        if (Fixtures.ClipVocabularyFile() is not { } path)
        {
            Assert.Inconclusive("CLIP's merge table is not here; name it in the environment variable LOREAL_CLIP_VOCAB.");
            throw new InvalidOperationException();
        }

        return path;
    }

    private static ClipTokenizer Clip()
    {
        ClipFile();
        return _clip.Value!;
    }

    private static string[] Tokens(ClipTokenizer tokenizer, string text) => [.. tokenizer.Encode(text).Select(id => _smallTokens[id])];

    private static readonly string[] _smallTokens =
        [
            "l",
            "o",
            "w",
            "e",
            "r",
            "l</w>",
            "o</w>",
            "w</w>",
            "e</w>",
            "r</w>",
            "lo",
            "low</w>",
            "low",
            "er</w>",
            "<|startoftext|>",
            "<|endoftext|>",
        ];

    private static ClipTokenizer Small()
    {
        using var json = new MemoryStream(
            JsonSerializer.SerializeToUtf8Bytes(_smallTokens.Index().ToDictionary(token => token.Item, token => token.Index)));
        using var merges = new MemoryStream(Encoding.UTF8.GetBytes("#version: 0.2\nl o\nlo w</w>\nlo w\ne r</w>\n"));
        return new ClipTokenizer(ClipVocabulary.FromHuggingFace(json, merges, "test"), contextLength: 6);
    }
}
