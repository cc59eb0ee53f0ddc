using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>
/// MMA and MMRL: their layers, and their text towers with attribute slots against every prompt on its own, written out from the saved
/// state.
/// </summary>
[TestClass]
public sealed class AdaptedTowerTests
{
    private const int TextLayers = 3;
    private const float Scale = 0.3f;

    private static readonly string[] _names = ["cat", "horse", "ox"];
    private static readonly CharacterVocabulary _vocabulary = new();

    [TestMethod]
    [DataRow(12, 12, 8, 5, 12)]
    [DataRow(12, 12, 7, 6, 12)]
    [DataRow(12, 24, 7, 6, 12)]
    [DataRow(24, 24, 8, 9, 24)]
    [DataRow(3, 5, 8, 2, 3)]
    [DataRow(1, 1, 7, 1, 1)]
    public void LayersOfOtherDepthsKeepTheShare(int text, int vision, int published, int first, int last)
    {
        Assert.AreEqual((first, last), new LayerRange(null, null).Of(Config(text, vision), published));
        Assert.AreEqual((1, last), new LayerRange(1, null).Of(Config(text, vision), published));
        Assert.AreEqual((1, 1), new LayerRange(null, 1).Of(Config(text, vision), published));
    }

    [TestMethod]
    public void LayersThatTheBackboneDoesNotHaveAreNamed()
    {
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.Mma(5, 9).Check(Config(8, 12))).Message, "up to 8");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.Mmrl(13).Check(Config(12, 12))).Message, "up to 12");
        PromptMethod.Mma().Check(Config(1, 1));
        PromptMethod.Mmrl().Check(Config(1, 1));
    }

    [TestMethod]
    public void SettingsThatCannotBeAreRefused()
    {
        Action[] refused =
        [
            () => PromptMethod.Mma(firstLayer: -1),
            () => PromptMethod.Mma(lastLayer: 0),
            () => PromptMethod.Mma(3, 2),
            () => PromptMethod.Mma(adapterWidth: 0),
            () => PromptMethod.Mma(scale: 0),
            () => PromptMethod.Mma(scale: float.NaN),
            () => PromptMethod.Mmrl(firstLayer: 0),
            () => PromptMethod.Mmrl(3, 2),
            () => PromptMethod.Mmrl(representationTokens: 0),
            () => PromptMethod.Mmrl(representationWidth: 0),
            () => PromptMethod.Mmrl(balance: 1.1f),
            () => PromptMethod.Mmrl(regularization: -1),
        ];
        foreach (Action action in refused)
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(action);
        }

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => PromptMethod.Mma(template: "a photo")).Message, "{}");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => PromptMethod.Mmrl(template: "a photo")).Message, "{}");
    }

    [TestMethod]
    public void PublishedSettings()
    {
        StageSettings mma = PromptMethod.Mma().PublishedStage;
        Assert.AreEqual(
            (5, 16, PromptOptimizer.Sgd, 0.0015, 0), (mma.Epochs, mma.BatchSize, mma.Optimizer, mma.LearningRate, mma.WarmupEpochs));
        StageSettings mmrl = PromptMethod.Mmrl().PublishedStage;
        Assert.AreEqual(
            (10, 4, PromptOptimizer.AdamW, 0.001, 1), (mmrl.Epochs, mmrl.BatchSize, mmrl.Optimizer, mmrl.LearningRate, mmrl.WarmupEpochs));
        Assert.AreEqual((1e-5, 5e-4), (mmrl.WarmupLearningRate, mmrl.WeightDecay));
    }

    [TestMethod]
    public void RepresentationThatLeavesNoRoomIsRefused()
    {
        using ClipModel model = TinyClip.CreateModel();
        string name = new string('a', 40);
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(
            () => PromptMethod.Mmrl(representationTokens: 30).CreateLearner(model, _vocabulary, [name, "b"], 0, new Random(0)));
        StringAssert.Contains(error.Message, name);
    }

    [TestMethod]
    [DataRow(0, 2, false)]
    [DataRow(1, 2, true)]
    [DataRow(2, 2, true)]
    public void AdaptersAreBesideEveryTokenOfEveryPrompt(int first, int last, bool attributes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel(TinyClip.Config with { TextLayers = TextLayers });
        using PromptLearner learner = PromptMethod.Mma(first, last, 5, Scale).CreateLearner(model, _vocabulary, _names, 6, new Random(4));
        var state = learner.State.ToDictionary(s => s.Name, s => s.Value);
        Compare(
            learner,
            model,
            attributes,
            Enter,
            (_, tokens) => tokens,
            (layer, x) => layer + 1 >= first && layer + 1 <= last ? Adapter(layer + 1, x) : null);

        Tensor Enter(Tensor prompt) => first == 0 ? prompt + Adapter(0, prompt) : prompt;

        Tensor Adapter(int layer, Tensor x)
        {
            Tensor down = Linear(x, $"text_adapter.{layer}.down.0").relu();
            return Linear(Linear(down, $"shared_adapter.{layer}.0").relu(), $"text_adapter.{layer}.up") * Scale;
        }

        Tensor Linear(Tensor x, string name) => nn.functional.linear(x, state[$"{name}.weight"], state[$"{name}.bias"]);
    }

    [TestMethod]
    [DataRow(1, 2, false)]
    [DataRow(1, 2, true)]
    [DataRow(2, 2, true)]
    public void RepresentationStandsBetweenTheStartAndTheAttributes(int first, int last, bool attributes)
    {
        const int count = 4;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel(TinyClip.Config with { TextLayers = TextLayers });
        using PromptLearner learner = PromptMethod.Mmrl(first, last, count, 7).CreateLearner(model, _vocabulary, _names, 6, new Random(4));
        var state = learner.State.ToDictionary(s => s.Name, s => s.Value);
        state["representation_learner.compound_rep_tokens"].mul_(50);
        state[$"representation_learner.compound_rep_tokens_r2tproj.{last - first}.weight"].mul_(-2); // maps start alike; these shall differ
        Compare(learner, model, attributes, prompt => prompt, Insert, (_, _) => null);

        Tensor Insert(int layer, Tensor tokens)
        {
            if (layer + 1 < first || layer + 1 > last)
            {
                return tokens;
            }

            string name = $"representation_learner.compound_rep_tokens_r2tproj.{layer + 1 - first}";
            Tensor mapped = nn.functional.linear(
                state["representation_learner.compound_rep_tokens"], state[$"{name}.weight"], state[$"{name}.bias"]);
            return cat([tokens[..1], mapped, tokens[(layer + 1 == first ? 1 : 1 + count)..]], 0);
        }
    }

    /// <summary>A gradient factor changes the gradients of the adapter and nothing else.</summary>
    [TestMethod]
    public void GradientFactorScalesWhatLearnsAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(2);
        (Tensor Weight, Tensor Bias)[] layers = [Layer(5, 3), Layer(3, 3), Layer(3, 5)];
        Tensor x = RandomTensors.Normal(random, 1, CPU, 4, 5).requires_grad_();
        (Tensor value, Tensor[] gradients) = Run(1);
        (Tensor scaledValue, Tensor[] scaledGradients) = Run(1000);
        Assert.AreEqual(0f, (value - scaledValue).abs().max().item<float>());
        Assert.AreEqual(0f, (gradients[0] - scaledGradients[0]).abs().max().item<float>(), "of the input");
        for (int p = 0; p < layers.Length; p++)
        {
            LearningCheck.Gradient(gradients[1 + (2 * p)] * 1000, scaledGradients[1 + (2 * p)], $"of weight {p}");
            LearningCheck.Gradient(gradients[2 + (2 * p)] * 1000, scaledGradients[2 + (2 * p)], $"of bias {p}");
        }

        (Tensor Weight, Tensor Bias) Layer(int from, int to) =>
            (RandomTensors.Normal(random, 1, CPU, to, from).requires_grad_(), RandomTensors.Normal(random, 1, CPU, to).requires_grad_());

        (Tensor Value, Tensor[] Gradients) Run(double factor)
        {
            Tensor result = new Adapter(layers[0], layers[1], layers[2], 2, factor).Forward(x);
            return (result.detach(), [.. autograd.grad([result.pow(2).sum()], [x, .. layers.SelectMany(layer => new[] { layer.Weight, layer.Bias })])]);
        }
    }

    /// <summary>A batch that is too large for one pass is done in parts.</summary>
    [TestMethod]
    public void GradientsOfPartsAddUpToThoseOfTheBatch()
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = TinyClip.CreateModel();
        foreach (PromptMethod method in new[] { PromptMethod.Mma(1, 2, 5, Scale), PromptMethod.Mmrl(1, 2, 3, 7, regularization: 2) })
        {
            using PromptLearner learner = method.CreateLearner(model, _vocabulary, _names, 0, new Random(4));
            Tensor pixels = RandomTensors.Normal(new Random(5), 1, CPU, 6, 3, 16, 16);
            Tensor labels = tensor(new long[] { 0, 1, 2, 2, 1, 0 });
            Tensor[] whole = Gradients((0, 6));
            Tensor[] parts = Gradients((0, 4), (4, 2));
            for (int p = 0; p < whole.Length; p++)
            {
                LearningCheck.Gradient(whole[p], parts[p], $"{method.Name}, parameter {p}");
            }

            Tensor[] Gradients(params (int From, int Count)[] ranges)
            {
                foreach (Parameter parameter in learner.Parameters)
                {
                    parameter.grad?.zero_();
                }

                foreach ((int from, int count) in ranges)
                {
                    Tensor states = learner.FrozenStates(pixels.narrow(0, from, count)).detach();
                    (learner.Losses(states, labels.narrow(0, from, count)).Total * (count / 6.0)).backward();
                }

                return [.. learner.Parameters.Select(p => p.grad!.clone())];
            }
        }
    }

    private static void Compare(
        PromptLearner learner,
        ClipModel model,
        bool attributes,
        Func<Tensor,
        Tensor> enter,
        Func<int,
        Tensor,
        Tensor> before,
        Func<int,
        Tensor,
        Tensor?> beside)
    {
        PromptParts parts = learner.Prompts(attributes ? Slots(model) : null);
        long images = parts.Prefix.shape[0];
        Tensor actual = learner.TextFeatures(attributes ? Slots(model) : null);
        for (int image = 0; image < images; image++)
        {
            for (int c = 0; c < _names.Length; c++)
            {
                Tensor prompt = cat([parts.Prefix[image], parts.Suffix[c].narrow(0, 0, parts.End[c].item<long>() + 1)], 0);
                prompt = enter(prompt);
                LearningCheck.Forward(Encode(model.Text, prompt, before, beside), actual[image][c], $"image {image}, class {c}");
            }
        }
    }

    private static Tensor Slots(ClipModel model) => RandomTensors.Normal(new Random(1), 1, CPU, 2, 6, model.Config.TextWidth);

    /// <summary>One prompt through the text tower: [L, D] -> [J].</summary>
    private static Tensor Encode(TextTransformer text, Tensor prompt, Func<int, Tensor, Tensor> before, Func<int, Tensor, Tensor?> beside)
    {
        Tensor x = text.AddPositions(prompt.unsqueeze(0)).squeeze(0);
        for (int layer = 0; layer < text.Blocks.Count; layer++)
        {
            x = before(layer, x);
            ResidualAttentionBlock block = text.Blocks[layer];
            Tensor? added = beside(layer, block.Ln1.Forward(x));
            x = block.Forward(x.unsqueeze(0), text.CausalMask(x.shape[0])).squeeze(0);
            x = added is null ? x : x + added;
        }

        return text.Project(x[-1]);
    }

    private static ClipConfig Config(int text, int vision) => TinyClip.Config with { TextLayers = text, VisionLayers = vision };
}
