using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

[TestClass]
public sealed class SharedPrefixTests
{
    private const double Tolerance = 1e-4;

    /// <summary>Images, classes, prefix tokens, suffix tokens, layers, heads.</summary>
    public static IEnumerable<object[]> Sizes =>
    [
        [3, 5, 7, 4, 3, 2],
        [1, 6, 5, 3, 3, 2],
        [4, 2, 1, 1, 2, 1],
        [2, 3, 4, 6, 1, 4],
    ];

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void EqualsEveryPromptOnItsOwn(int images, int classes, int prefixLength, int suffixLength, int layers, int heads)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = TinyClip.CreateModel(TinyClip.Config with { TextLayers = layers, TextHeads = heads });
        var random = new Random(5);
        int width = model.Config.TextWidth;
        Tensor prefix = RandomTensors.Normal(random, 1, CPU, images, prefixLength, width).requires_grad_(true);
        Tensor suffix = RandomTensors.Normal(random, 1, CPU, classes, suffixLength, width).requires_grad_(true);
        Tensor end = tensor(Enumerable.Range(0, classes).Select(c => (long)(suffixLength - 1 - c % suffixLength)).ToArray());
        Tensor probe = RandomTensors.Normal(random, 1, CPU, images, classes, model.Config.EmbedDimension);

        Tensor shared = SharedPrefixEncoder.Encode(model.Text, new PromptParts(prefix, suffix, end), TowerEdits.None);
        (shared * probe).sum().backward();
        (Tensor sharedPrefix, Tensor sharedSuffix) = (prefix.grad!.clone(), suffix.grad!.clone());
        prefix.grad!.zero_();
        suffix.grad!.zero_();

        Tensor plain = PlainEncoder.Encode(model.Text, new PromptParts(prefix, suffix, end));
        (plain * probe).sum().backward();

        Near(plain, shared, "features");
        Near(prefix.grad!, sharedPrefix, "gradient of the prefix");
        Near(suffix.grad!, sharedSuffix, "gradient of the suffix");
    }

    [TestMethod]
    [DataRow(1, 3)]
    [DataRow(40, 9)]
    [DataRow(7, 30)]
    public void ManyClassesInTurnsGiveTheSame(int classes, int suffixLength)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel();
        var random = new Random(8);
        Tensor prefix = RandomTensors.Normal(random, 1, CPU, 3, 6, model.Config.TextWidth);
        Tensor suffix = RandomTensors.Normal(random, 1, CPU, classes, suffixLength, model.Config.TextWidth);
        var parts = new PromptParts(
            prefix, suffix, tensor(Enumerable.Range(0, classes).Select(_ => random.NextInt64(suffixLength)).ToArray()));
        Tensor plain = PlainEncoder.Encode(model.Text, parts);
        Near(plain, SharedPrefixEncoder.Encode(model.Text, parts, TowerEdits.None), "all at once");
        Near(plain, SharedPrefixEncoder.Encode(model.Text, parts, TowerEdits.None, activationLimit: 1), "tile by tile");
        Near(
            plain,
            SharedPrefixEncoder.Encode(model.Text, parts, TowerEdits.None, activationLimit: 3 * 2 * 60 * 4 * model.Config.TextWidth),
            "a few tiles at once");
    }

    [TestMethod]
    public void WhatFollowsTheEndDoesNotMatter()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel model = TinyClip.CreateModel();
        var random = new Random(6);
        Tensor prefix = RandomTensors.Normal(random, 1, CPU, 2, 3, model.Config.TextWidth);
        Tensor suffix = RandomTensors.Normal(random, 1, CPU, 2, 5, model.Config.TextWidth);
        Tensor end = tensor(new long[] { 2, 2 });
        Tensor features = SharedPrefixEncoder.Encode(model.Text, new PromptParts(prefix, suffix, end), TowerEdits.None);
        Tensor changed = suffix.clone();
        changed.narrow(1, 3, 2).mul_(7);
        Near(features, SharedPrefixEncoder.Encode(model.Text, new PromptParts(prefix, changed, end), TowerEdits.None), "features");
    }

    private static void Near(Tensor expected, Tensor actual, string what)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape, what);
        float error = (expected - actual).detach().abs().max().item<float>() / expected.detach().abs().max().item<float>();
        Assert.IsLessThanOrEqualTo(Tolerance, error, what);
    }
}
