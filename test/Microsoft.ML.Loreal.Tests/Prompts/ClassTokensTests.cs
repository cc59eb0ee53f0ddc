using System.Text.Json;

namespace Microsoft.ML.Loreal.Tests.Prompts;

[TestClass]
public sealed class ClassTokensTests
{
    private static readonly CharacterVocabulary _vocabulary = new();

    [TestMethod]
    [DataRow(new[] { "cat", "dog", "Cat" }, new[] { "cat", "Cat" }, DisplayName = "case")]
    [DataRow(new[] { "water lily", "dog", "water_lily" }, new[] { "water lily", "water_lily" }, DisplayName = "underscore")]
    [DataRow(new[] { "cat", "  " }, new[] { "Class 1" }, DisplayName = "blank")]
    [DataRow(new[] { "cat", "_" }, new[] { "Class 1" }, DisplayName = "underscore alone")]
    [DataRow(new[] { "cat", "17" }, new[] { "Class 1", "17" }, DisplayName = "nothing that the tokenizer knows")]
    [DataRow(new[] { "cat" }, new[] { "two", "cat" }, DisplayName = "one class")]
    [DataRow(new string[0], new[] { "two", "0" }, DisplayName = "no class")]
    public void UnusableNamesAreNamed(string[] names, string[] mentioned)
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => ClassTokens.Of(_vocabulary, names));
        foreach (string text in mentioned)
        {
            Assert.Contains(text, error.Message);
        }
    }

    [TestMethod]
    public void PromptMustFit()
    {
        using ClipModel model = TinyClip.CreateModel();
        int room = model.Config.ContextLength - 2 - 16 - 10 - 1; // start and end, context, attribute tokens, full stop
        string[] fitting = ["cat", new('x', room)];
        using (Create(fitting))
        {
        }

        string[] longer = ["cat", new('x', room + 1)];
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => Create(longer));
        Assert.Contains(longer[1], error.Message);
        Assert.Contains($"{room + 2} tokens", error.Message);
        Assert.Contains($"leave {room + 1}", error.Message);

        PromptLearner Create(string[] names) => PromptMethod.CoOp(16).CreateLearner(model, _vocabulary, names, 10, new Random(0));
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    public void TokensAreTheReferenceOnes()
    {
        JsonElement root = Fixtures.Json("coop/coop.json");
        var vocabulary = new TokenizerVocabulary(ReferenceTokenizer.Create());
        string[] names = root.GetProperty("classnames").Deserialize<string[]>()!;
        var tokens = ClassTokens.Of(vocabulary, names);
        foreach (JsonProperty variant in root.GetProperty("variants").EnumerateObject())
        {
            int[][] rows = variant.Value.GetProperty("tokenized_prompts").Deserialize<int[][]>()!;
            int[] lengths = variant.Value.GetProperty("name_lens").Deserialize<int[]>()!;
            int first = 1 + variant.Value.GetProperty("n_ctx").GetInt32();
            for (int c = 0; c < names.Length; c++)
            {
                int end = Array.IndexOf(rows[c], vocabulary.EndOfText);
                Assert.HasCount(lengths[c], tokens.Names[c], $"{variant.Name}: {names[c]}");
                CollectionAssert.AreEqual(
                    rows[c][first..end], tokens.Names[c].Concat(tokens.Tails[c]).ToArray(), $"{variant.Name}: {names[c]}");
            }
        }
    }
}
