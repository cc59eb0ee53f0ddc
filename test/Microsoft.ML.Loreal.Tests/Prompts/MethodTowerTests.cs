using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>The methods that change the towers, with attribute slots in the prompts.</summary>
[TestClass]
public sealed class MethodTowerTests
{
    private const float AdapterScale = 0.5f;
    private const double Mix = 0.7;
    private const double Change = 0.01;

    private static readonly string[] _names = ["cat", "horse", "ox"];
    private static readonly CharacterVocabulary _vocabulary = new();

    [TestMethod]
    [DataRow("MaPLe", 6)]
    [DataRow("MaPLe", 0)]
    [DataRow("MMA", 6)]
    [DataRow("MMA", 0)]
    [DataRow("MMRL", 6)]
    [DataRow("MMRL", 0)]
    [DataRow("IndependentPrompts", 6)]
    public void FeaturesAndGradientsAreThoseOfThePlainTowers(string name, int attributeTokens)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = TinyClip.CreateModel(TinyClip.Config with { TextLayers = 4, VisionLayers = 3 });
        PromptMethod method = Method(name);
        using PromptLearner learner = method.CreateLearner(model, _vocabulary, _names, attributeTokens, new Random(2));
        var state = learner.State.ToDictionary(s => s.Name, s => s.Value);
        var plain = PlainTowers.Of(method, model, state);
        var random = new Random(3);
        Tensor? tokens = attributeTokens == 0
            ? null
            : RandomTensors.Normal(random, 0.3, CPU, 2, attributeTokens, model.Config.TextWidth).requires_grad_(true);
        Tensor pixels = RandomTensors.Normal(random, 1, CPU, 4, 3, 24, 24);
        Tensor states;
        using (no_grad())
        {
            states = learner.FrozenStates(pixels);
        }

        (Tensor text, Tensor image) = (learner.TextFeatures(tokens), learner.ImageFeatures(states));
        Tensor textProbe = RandomTensors.Normal(random, 1, CPU, text.shape);
        (Tensor Text, Tensor Image) probes = (Text: textProbe, Image: RandomTensors.Normal(random, 1, CPU, image.shape));
        Dictionary<string, Tensor> gradients = Gradients(text, image);
        (Tensor plainText, Tensor plainImage) = (plain.Text(learner.Prompts(tokens), attributeTokens), plain.Image(pixels));
        LearningCheck.Forward(plainText, text, "text features");
        LearningCheck.Forward(plainImage, image, "image features");
        LearningCheck.Forward(plainImage, learner.Encode(pixels), "image features from pixels");
        foreach ((string parameter, Tensor expected) in Gradients(plainText, plainImage))
        {
            // The published MMA multiplies what its adapters learn from by 1 / s.
            float factor = name == "MMA" && parameter != "tokens" ? 1 / AdapterScale : 1;
            LearningCheck.Forward(expected * factor, gradients[parameter], $"gradient of {parameter}");
        }

        Dictionary<string, Tensor> Gradients(Tensor text, Tensor image)
        {
            ((text * probes.Text).sum() + (image * probes.Image).sum()).backward();
            IEnumerable<KeyValuePair<string, Tensor>> learning = tokens is null ? state : state.Append(new("tokens", tokens));
            var gradients = learning.ToDictionary(p => p.Key, p => p.Value.grad!.clone());
            foreach ((string _, Tensor value) in learning)
            {
                value.grad!.zero_();
            }

            return gradients;
        }
    }

    [TestMethod]
    [DataRow("MaPLe")]
    [DataRow("MMA")]
    [DataRow("MMRL")]
    [DataRow("IndependentPrompts")]
    public void GradientsOfTheMetaNetsAreThoseOfFiniteDifferences(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = TinyClip.CreateModel(TinyClip.Config with { TextLayers = 4, VisionLayers = 3 });
        IReadOnlyList<int[]> words = AttributeSlots.Tokenize(_vocabulary, ["color", "leaf shape"]);
        using var slots = new AttributeSlots(model, words, 2, 8, MetaNetInitialization.Default, new Random(4));
        using PromptLearner alpha = Method(name).CreateLearner(model, _vocabulary, _names, slots.TokenCount, new Random(5));
        using PromptLearner beta = Method(name).CreateLearner(model, _vocabulary, _names, slots.TokenCount, new Random(6));
        alpha.Freeze();
        beta.Freeze();
        var settings = new DistillationSettings(ContextBridge.Aligned, 1, 2, 0.1, 1);
        var students = new TwoStudents(alpha, beta, slots, model, settings);
        var random = new Random(7);
        (Tensor high, Tensor low) = (Features(alpha, 32), Features(beta, 16));
        Tensor labels = tensor(new long[] { 0, 1, 2, 1 });
        students.Losses(high, low, labels, Mix).Total.backward();
        Assert.IsTrue(alpha.Parameters.Concat(beta.Parameters).All(p => p.grad is null), "the students are frozen");

        using IDisposable noGrad = no_grad();
        (Tensor highCondition, Tensor lowCondition) = (alpha.Condition(high), beta.Condition(low));

        // Alpha is a teacher without gradient, so its predictions stay as they were.
        Tensor teacher = Logits(alpha, slots.Vectors(highCondition), high);
        Tensor bridgeTeacher = Logits(alpha, slots.Vectors(lowCondition), high);
        foreach (Parameter parameter in slots.Parameters)
        {
            // Along the gradient the loss changes most. A change by a hundredth is far above the rounding of single precision (about 1e-6),
            // and the step for it so small that the central difference errs by much less than the tolerance.
            Tensor gradient = parameter.grad!.clone();
            float norm = gradient.norm().item<float>();
            Tensor step = gradient * (Change / 2 / (norm * norm));
            Tensor start = parameter.clone();
            double change = Loss(start + step) - Loss(start - step);
            parameter.copy_(start);
            Assert.AreEqual(Change, change, 0.01 * Change, $"parameter [{string.Join(", ", parameter.shape)}], gradient {norm}");

            double Loss(Tensor value)
            {
                parameter.copy_(value);
                (Tensor highVectors, Tensor lowVectors) = (slots.Vectors(highCondition), slots.Vectors(lowCondition));
                Tensor logits = Logits(beta, slots.Vectors(TwoStudents.Mixed(highCondition, lowCondition, Mix)), low);
                return nn.functional.cross_entropy(logits, labels).item<float>()
                    + settings.Lambda1 * LorealLosses.HighLevelDistillation(teacher, logits, 1).item<float>()
                    + settings.Lambda2 * LorealLosses.LowLevelDistillation(highVectors, lowVectors, 1).item<float>()
                    + settings.BridgeWeight * LorealLosses.HighLevelDistillation(bridgeTeacher, Logits(beta, highVectors, low), 1)
                        .item<float>();
            }
        }

        Tensor Features(PromptLearner learner, int side)
        {
            using IDisposable none = no_grad();
            return learner.Encode(RandomTensors.Normal(random, 1, CPU, 4, 3, side, side));
        }

        Tensor Logits(PromptLearner student, Tensor vectors, Tensor features) =>
            student.Logits(features, student.TextFeatures(slots.Tokens(vectors)));
    }

    private static PromptMethod Method(string name) => name switch
    {
        "MaPLe" => PromptMethod.MaPLe(2, 2),
        "MMA" => PromptMethod.Mma(2, 3, 4, AdapterScale),
        "MMRL" => PromptMethod.Mmrl(2, 3, 3, 8),
        _ => PromptMethod.IndependentPrompts(2, 3, 3, 2),
    };
}
