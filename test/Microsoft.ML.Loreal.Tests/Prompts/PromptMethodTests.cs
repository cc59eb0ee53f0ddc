using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

[TestClass]
public sealed class PromptMethodTests
{
    private static readonly string[] _names = ["cat", "horse", "ox"];
    private static readonly CharacterVocabulary _vocabulary = new();

    [TestMethod]
    public void SettingsThatCannotBeAreRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.CoOp(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.CoOp(4, (ClassNamePosition)7));
        Assert.ThrowsExactly<ArgumentException>(() => PromptMethod.CoOp(initialText: " "));
        Assert.ThrowsExactly<ArgumentException>(() => PromptMethod.CoOp(initialText: "_"));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => PromptMethod.Template("a photo")).Message, "{}");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.MaPLe(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.MaPLe(depth: 0));
        Assert.ThrowsExactly<ArgumentException>(() => PromptMethod.MaPLe(initialText: "_"));
        Assert.ThrowsExactly<ArgumentException>(() => PromptMethod.MaPLe(initialText: "a photo of {}"));
    }

    [TestMethod]
    public void PublishedSettingsOfCoOp()
    {
        StageSettings stage = PromptMethod.CoOp().PublishedStage;
        Assert.AreEqual((50, 32, PromptOptimizer.Sgd, 0.002), (stage.Epochs, stage.BatchSize, stage.Optimizer, stage.LearningRate));
    }

    [TestMethod]
    [DataRow("a photo of a {}.")]
    [DataRow("{}")]
    [DataRow("{} as seen on {}")]
    public void TemplateIsTheTextEncoderOnTheFilledTemplate(string template)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel();
        using PromptLearner learner = PromptMethod.Template(template).CreateLearner(model, _vocabulary, _names, 0, new Random(0));
        long[] rows = _names.SelectMany(name =>
        {
            long[] tokens =
                [_vocabulary.StartOfText, .. _vocabulary.Encode(template.Replace("{}", name)).Select(t => (long)t), _vocabulary.EndOfText];
            return tokens.Concat(new long[model.Config.ContextLength - tokens.Length]);
        }).ToArray();
        LearningCheck.Forward(
            model.EncodeText(tensor(rows, [_names.Length, model.Config.ContextLength])), learner.TextFeatures(null).squeeze(0), template);
        Assert.IsEmpty(learner.Parameters);
    }

    [TestMethod]
    public void ContextStartsFromText()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel();
        using PromptLearner learner = PromptMethod.CoOp(initialText: "of_a").CreateLearner(model, _vocabulary, _names, 0, new Random(0));
        long[] tokens = [.. _vocabulary.Encode("of a").Select(t => (long)t)];
        Assert.AreEqual(0f, (model.Text.Embed(tensor(tokens, [1, tokens.Length]))[0] - learner.Parameters[0]).abs().max().item<float>());
    }

    [TestMethod]
    public void MaPLeStartsFromTheWords()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel();
        using PromptLearner learner = PromptMethod.MaPLe(3).CreateLearner(model, _vocabulary, _names, 0, new Random(0));
        using PromptLearner words = PromptMethod.Template().CreateLearner(model, _vocabulary, _names, 0, new Random(0));
        Assert.AreEqual(0f, (words.Prompts(null).Prefix - learner.Prompts(null).Prefix).abs().max().item<float>());

        using PromptLearner shallow = PromptMethod.MaPLe(3, depth: 1).CreateLearner(model, _vocabulary, _names, 0, new Random(0));
        LearningCheck.Forward(words.TextFeatures(null), shallow.TextFeatures(null), "text features without deeper prompts");
    }

    [TestMethod]
    [DataRow(2, null)]
    [DataRow(3, "of")]
    public void MaPLeWithoutEnoughWordsStandsBeforeTheName(int contextTokens, string? initialText)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel();
        using PromptLearner learner = PromptMethod.MaPLe(contextTokens, 1, initialText).CreateLearner(
            model, _vocabulary, _names, 0, new Random(0));
        using PromptLearner names = PromptMethod.Template("{}.").CreateLearner(model, _vocabulary, _names, 0, new Random(0));
        (PromptParts prompts, PromptParts bare) = (learner.Prompts(null), names.Prompts(null));
        Tensor expected = cat(
            [bare.Prefix.narrow(1, 0, 1), learner.State.First().Value.unsqueeze(0), bare.Prefix.narrow(1, 1, bare.Prefix.shape[1] - 1)], 1);
        Assert.AreEqual(0f, (expected - prompts.Prefix).abs().max().item<float>());
        Assert.AreEqual(0f, (bare.Suffix - prompts.Suffix).abs().max().item<float>());
    }

    [TestMethod]
    [DataRow(12, 12, 9)]
    [DataRow(12, 24, 9)]
    [DataRow(4, 4, 3)]
    [DataRow(3, 5, 2)]
    [DataRow(1, 2, 1)]
    public void DepthOfMaPLeFollowsTheBackbone(int textLayers, int visionLayers, int depth)
    {
        using ClipModel model = TinyClip.CreateModel(TinyClip.Config with { TextLayers = textLayers, VisionLayers = visionLayers });
        using PromptLearner learner = PromptMethod.MaPLe().CreateLearner(model, _vocabulary, _names, 0, new Random(0));
        Assert.AreEqual(3 * depth, learner.State.Count());
        int most = Math.Min(textLayers, visionLayers);
        PromptMethod.MaPLe(depth: most).Check(model.Config);
        ArgumentOutOfRangeException error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => PromptMethod.MaPLe(depth: most + 1).Check(model.Config));
        StringAssert.Contains(error.Message, $"from 1 to {most}");
    }

    [TestMethod]
    public void EveryClassHasItsOwnContext()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel();
        using PromptLearner learner = PromptMethod.CoOp(4, classSpecific: true).CreateLearner(model, _vocabulary, _names, 0, new Random(0));
        Tensor before = learner.TextFeatures(null);
        learner.Parameters[0].select(0, 1).add_(1f);
        Tensor change = (learner.TextFeatures(null) - before).abs().amax(2).squeeze(0);
        Assert.AreEqual(0f, change[0].item<float>());
        Assert.AreNotEqual(0f, change[1].item<float>());
        Assert.AreEqual(0f, change[2].item<float>());
    }

    [TestMethod]
    [DataRow(ClassNamePosition.End, false)]
    [DataRow(ClassNamePosition.Middle, false)]
    [DataRow(ClassNamePosition.Front, false)]
    [DataRow(ClassNamePosition.Middle, true)]
    public void AttributeSlotsStandRightAfterTheStart(ClassNamePosition position, bool classSpecific)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel();
        var method = PromptMethod.CoOp(5, position, classSpecific);
        using PromptLearner learner = method.CreateLearner(model, _vocabulary, _names, 6, new Random(0));
        Tensor tokens = RandomTensors.Normal(new Random(1), 1, CPU, 2, 6, model.Config.TextWidth);
        (PromptParts plain, PromptParts slotted) = (learner.Prompts(null), learner.Prompts(tokens));
        for (int image = 0; image < 2; image++)
        {
            for (int c = 0; c < _names.Length; c++)
            {
                (Tensor without, Tensor with) = (Prompt(plain, 0, c), Prompt(slotted, image, c));
                Tensor expected = cat([without.narrow(0, 0, 1), tokens[image], without.narrow(0, 1, without.shape[0] - 1)], 0);
                Assert.AreEqual(0f, (expected - with).abs().max().item<float>(), $"image {image}, class {c}");
            }
        }

        static Tensor Prompt(PromptParts parts, int image, int c) =>
            cat([parts.Prefix[image], parts.Suffix[c].narrow(0, 0, parts.End[c].item<long>() + 1)], 0);
    }

    [TestMethod]
    public void StateOfAnotherShapeIsRefused()
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = TinyClip.CreateModel();
        using PromptLearner learner = PromptMethod.CoOp(4).CreateLearner(model, _vocabulary, _names, 0, new Random(0));
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => learner.Load(_ => zeros([5, model.Config.TextWidth])));
        Assert.Contains("ctx", error.Message);
    }
}
