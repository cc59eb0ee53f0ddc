using Microsoft.ML.Loreal.Samples;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Numbers;

/// <summary>
/// The towers in bfloat16 against single precision, for every prompt method, on pictures of the world that the default backbone knows.
/// </summary>
[TestClass]
public sealed class PrecisionTests
{
    private const int Classes = 12;
    private const int PerClass = 4;

    // bfloat16 has 8 significant bits, so that rounding moves a number by up to this part of it.
    private const double Roundoff = 1.0 / 256;

    private static readonly string[] _names = [.. World.Classes.Take(Classes)];
    private static readonly TokenizerVocabulary _vocabulary = new(ClipBackbone.Default.Tokenizer);
    private static readonly Lazy<ClipModel> _single = new(() => ClipBackbone.Default.CreateModel(CPU));
    private static readonly Lazy<ClipModel> _reduced = new(() => ClipBackbone.Default.CreateModel(CPU, ComputePrecision.BFloat16));
    private static readonly Lazy<Tensor> _pixels = Pixels(72);
    private static readonly Lazy<Tensor> _standardPixels = Pixels(112);

    [ClassCleanup]
    public static void Clean()
    {
        foreach (Lazy<ClipModel> model in new[] { _single, _reduced }.Where(model => model.IsValueCreated))
        {
            model.Value.Dispose();
        }

        foreach (Lazy<Tensor> pixels in new[] { _pixels, _standardPixels }.Where(pixels => pixels.IsValueCreated))
        {
            pixels.Value.Dispose();
        }
    }

    [TestMethod]
    [DataRow("CoOp", false)]
    [DataRow("CoOp", true)]
    [DataRow("MaPLe", false)]
    [DataRow("MaPLe", true)]
    [DataRow("MMA", false)]
    [DataRow("MMA", true)]
    [DataRow("MMRL", false)]
    [DataRow("MMRL", true)]
    [DataRow("IndependentPrompts", false)]
    [DataRow("IndependentPrompts", true)]
    [DataRow("Template", false)]
    public void EveryMethodSeesAndSaysNearlyTheSame(string method, bool attributes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        (Tensor image, Tensor text, Tensor logits) = Answers(_single.Value);
        (Tensor reducedImage, Tensor reducedText, Tensor reducedLogits) = Answers(_reduced.Value);
        ClipConfig config = _single.Value.Config;
        double imageError = Near(image, reducedImage, config.VisionLayers, "image features");
        double textError = Near(text, reducedText, config.TextLayers, "text features");

        // Errors of these lengths point anywhere in the joint space, so that along one direction there is a J-th of their squares.
        float scale = method == "MMRL" ? 100 : _single.Value.LogitScale;
        double deviation = scale * Math.Sqrt(((imageError * imageError) + (textError * textError)) / config.EmbedDimension);
        Assert.IsLessThanOrEqualTo(deviation, (logits - reducedLogits).square().mean().sqrt().item<float>(), "logits");
        // A probability changes by at most a quarter of the change between two logits.
        Assert.IsLessThanOrEqualTo(
            4 * deviation / 2, (logits.softmax(1) - reducedLogits.softmax(1)).abs().max().item<float>(), "probabilities");
        Assert.IsGreaterThanOrEqualTo(
            0.95f, logits.argmax(1).eq(reducedLogits.argmax(1)).to(ScalarType.Float32).mean().item<float>(), "the same predictions");
        Assert.IsGreaterThan(0, (image - reducedImage).abs().max().item<float>(), "nothing was computed in another precision");

        (Tensor Image, Tensor Text, Tensor Logits) Answers(ClipModel clip)
        {
            using AttributeSlots? slots = attributes ? Slots(clip) : null;
            using PromptLearner learner = Learner(clip, method, slots);
            Tensor features = learner.Encode(_pixels.Value);
            Tensor prompts = learner.TextFeatures(slots?.Tokens(slots.Vectors(learner.Condition(features))));
            Assert.AreEqual(ScalarType.Float32, features.dtype);
            Assert.AreEqual(ScalarType.Float32, prompts.dtype);
            return (features, Classifier.Normalize(prompts), learner.Logits(features, prompts));
        }
    }

    [TestMethod]
    [DataRow("CoOp")]
    [DataRow("MaPLe")]
    [DataRow("MMA")]
    [DataRow("MMRL")]
    [DataRow("IndependentPrompts")]
    public void AStepOfEveryMethodPointsTheSameWay(string method) => SameDirection(clip =>
    {
        PromptLearner learner = Learner(clip, method, null);
        Tensor states;
        using (no_grad())
        {
            states = learner.FrozenStates(Some(_pixels));
        }

        learner.Losses(states, tensor(Labels())).Total.backward();
        return (learner, learner.Parameters);
    });

    [TestMethod]
    [DataRow("CoOp", long.MaxValue)]
    [DataRow("CoOp", 1L)]
    [DataRow("MaPLe", long.MaxValue)]
    [DataRow("MMA", long.MaxValue)]
    [DataRow("MMRL", long.MaxValue)]
    public void AStepOfTheDistillationPointsTheSameWay(string method, long maxElements) => SameDirection(clip =>
    {
        AttributeSlots slots = Slots(clip);
        using PromptLearner alpha = Learner(clip, method, slots);
        using PromptLearner beta = Learner(clip, method, slots, seed: 3);
        alpha.Freeze();
        beta.Freeze();
        Tensor high, low;
        using (no_grad())
        {
            high = alpha.Encode(Some(_standardPixels));
            low = beta.Encode(Some(_pixels));
        }

        var students = new TwoStudents(
            alpha, beta, slots, clip, new DistillationSettings(ContextBridge.Aligned, 1, 2, 0.1, 1), maxElements);
        students.Losses(high, low, tensor(Labels()), 0.7).Total.backward();
        return (slots, slots.Parameters);
    });

    /// <summary>
    /// The gradients of what learns, in both precisions: of one direction and length, and in single precision themselves.
    /// </summary>
    private static void SameDirection(Func<ClipModel, (IDisposable Owner, IReadOnlyList<Parameter> Parameters)> step)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor expected, Tensor actual) = (Gradient(_single.Value), Gradient(_reduced.Value));
        double cosine = nn.functional.cosine_similarity(expected, actual, 0).item<float>();
        Assert.IsGreaterThan(0.99, cosine);
        Assert.AreEqual(1, (actual.norm() / expected.norm()).item<float>(), 0.1);

        Tensor Gradient(ClipModel clip)
        {
            (IDisposable owner, IReadOnlyList<Parameter> parameters) = step(clip);
            using (owner)
            {
                Assert.IsTrue(parameters.All(p => p.dtype == ScalarType.Float32 && p.grad is null or { dtype: ScalarType.Float32 }));
                return cat([.. parameters.Select(p => (p.grad ?? zeros_like(p)).flatten())], 0).clone();
            }
        }
    }

    /// <summary>
    /// The error that is allowed: each of the tower's sums takes in a product of inputs and weights that were rounded, and the errors add
    /// up as numbers of random signs do.
    /// </summary>
    private static double Near(Tensor expected, Tensor actual, int layers, string what)
    {
        double allowed = 2 * Roundoff * Math.Sqrt(2 * layers);
        Assert.IsLessThanOrEqualTo(allowed, ((expected - actual).norm(-1) / expected.norm(-1)).max().item<float>(), what);
        return allowed;
    }

    private static AttributeSlots Slots(ClipModel clip) =>
        new AttributeSettings(["color", "shape"], 2, 8).CreateSlots(clip, _vocabulary, MetaNetInitialization.Default, new Random(2));

    private static PromptLearner Learner(ClipModel clip, string method, AttributeSlots? slots, int seed = 1)
    {
        PromptMethod described = method switch
        {
            "CoOp" => PromptMethod.CoOp(4, initialText: "a photo of a"),
            "MaPLe" => PromptMethod.MaPLe(2, 3),
            "MMA" => PromptMethod.Mma(1, 3, 8, 0.1f),
            "MMRL" => PromptMethod.Mmrl(1, 3, 3, 16),
            "IndependentPrompts" => PromptMethod.IndependentPrompts(2, 2, 3, 3),
            _ => PromptMethod.Template(),
        };
        return described.CreateLearner(clip, _vocabulary, _names, slots?.TokenCount ?? 0, new Random(seed));
    }

    private static Lazy<Tensor> Pixels(int side) =>
        new(() => new WorldPictures(Enumerable.Range(0, Classes * PerClass).Select(i => i % Classes), seed: 5)
            .Pixels(ClipBackbone.Default.ImageProcessor, side).DetachFromDisposeScope());

    /// <summary>One picture of every class, in the order of <see cref="Labels"/>: enough for a gradient.</summary>
    private static Tensor Some(Lazy<Tensor> pixels) => pixels.Value.narrow(0, 0, Classes);

    private static long[] Labels() => [.. Enumerable.Range(0, Classes).Select(c => (long)c)];
}
