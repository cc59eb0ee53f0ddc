using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>
/// Modules, functional operators, optimizers and schedules of TorchSharp against values worked out by hand. The same must hold under
/// the real package, so these tests run in both builds.
/// </summary>
[TestClass]
public sealed class TorchSharpNnStandInTests
{
    private DisposeScope _scope = null!;

    [TestInitialize]
    public void OpenScope() => _scope = NewDisposeScope();

    [TestCleanup]
    public void CloseScope() => _scope.Dispose();

    [TestMethod]
    public void StateDictHasTheFieldsNamesAndPlainLists()
    {
        using var model = new TwoLayers();

        CollectionAssert.AreEqual(
            new[] { "scale", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "norm.weight", "norm.bias", "table" },
            model.state_dict().Keys.ToArray());
        CollectionAssert.AreEqual(
            new[] { "scale", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "norm.weight", "norm.bias" },
            model.named_parameters().Select(p => p.name).ToArray());
        CollectionAssert.AreEqual(
            new[] { "layers", "norm", "layers.0", "layers.1" }, model.named_modules().Select(m => m.name).ToArray());
    }

    [TestMethod]
    public void StateDictMovesToAnotherModel()
    {
        using var one = new TwoLayers();
        using var other = new TwoLayers();
        nn.init.constant_(one.scale, 7);

        other.load_state_dict(one.state_dict());

        AssertClose([7f], other.scale);
        AssertClose(one.layers[1].weight.data<float>().ToArray(), other.layers[1].weight);
    }

    [TestMethod]
    public void AnIncompleteStateDictIsRefusedUnlessAskedFor()
    {
        using var model = new TwoLayers();
        var state = model.state_dict();
        state.Remove("scale");
        state.Add("surplus", zeros(1));

        Assert.ThrowsExactly<InvalidOperationException>(() => model.load_state_dict(state));
        var (missing, unexpected) = model.load_state_dict(state, strict: false);
        CollectionAssert.AreEqual(new[] { "scale" }, missing.ToArray());
        CollectionAssert.AreEqual(new[] { "surplus" }, unexpected.ToArray());
    }

    [TestMethod]
    public void FrozenParametersGetNoGradient()
    {
        using var model = new TwoLayers();
        foreach (var parameter in model.layers[0].parameters())
        {
            parameter.requires_grad = false;
        }

        model.call(ones(2, 3)).sum().backward();

        Assert.IsNull(model.layers[0].weight.grad);
        Assert.IsNotNull(model.layers[1].weight.grad);
        model.zero_grad();
        Assert.IsNull(model.layers[1].weight.grad);
    }

    [TestMethod]
    public void TrainAndEvalReachEveryChild()
    {
        using var dropout = nn.Dropout(0.5);
        using var model = nn.Sequential(("first", nn.Linear(2, 2)), ("drop", dropout));
        Assert.IsTrue(dropout.training);

        model.eval();

        Assert.IsFalse(dropout.training);
        AssertClose([1f, 2f, 3f, 4f], dropout.call(tensor(new[] { 1f, 2f, 3f, 4f })));
        model.train();
        Assert.IsTrue(dropout.training);
        var dropped = dropout.call(ones(1000)).data<float>().ToArray();
        Assert.IsTrue(dropped.All(v => v is 0f or 2f) && dropped.Contains(0f) && dropped.Contains(2f));
    }

    [TestMethod]
    public void ConvertingReplacesParametersEverywhere()
    {
        using var model = new TwoLayers();

        model.to(ScalarType.Float64);

        Assert.IsTrue(model.parameters().All(p => p.dtype == ScalarType.Float64 && p.requires_grad));
        Assert.AreEqual(ScalarType.Float64, model.scale.dtype);
        Assert.AreEqual(ScalarType.Float64, model.layers[0].weight.dtype);
        Assert.AreEqual(ScalarType.Float64, model.call(ones(1, 3, dtype: ScalarType.Float64)).dtype);
    }

    [TestMethod]
    public void DisposingAModuleDisposesWhatItHolds()
    {
        var model = new TwoLayers();
        var weight = model.layers[1].weight;

        model.Dispose();

        Assert.IsTrue(weight.IsInvalid);
        Assert.IsTrue(model.scale.IsInvalid);
    }

    [TestMethod]
    public void AParameterTakesItsTensorOver()
    {
        var data = tensor(new[] { 1f, 2f });

        var parameter = nn.Parameter(data);

        Assert.IsTrue(data.IsInvalid);
        Assert.IsTrue(parameter.requires_grad && parameter.is_leaf);
        AssertClose([1f, 2f], parameter);
    }

    [TestMethod]
    public void LinearMultipliesByTheTransposedWeight()
    {
        using var layer = nn.Linear(nn.Parameter(tensor(new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } })), nn.Parameter(tensor(new[] { 1f, 0f, -1f })));

        AssertClose([6f, 11f, 16f], layer.call(tensor(new float[,] { { 1, 2 } })));
        Assert.AreEqual(2, layer.in_features);
        Assert.AreEqual(3, layer.out_features);
    }

    [TestMethod]
    public void LinearStartsWithinItsBound()
    {
        manual_seed(3);
        using var layer = nn.Linear(16, 64);

        var largest = layer.weight.abs().max().ToSingle();

        // Both the weight and the bias are uniform up to 1 / sqrt(16).
        Assert.IsTrue(largest is <= 0.25f and > 0.24f, $"{largest}");
        Assert.IsTrue(layer.bias!.abs().max().ToSingle() <= 0.25f);
    }

    [TestMethod]
    public void LayerNormUsesTheVarianceOfTheWholeRow()
    {
        using var norm = nn.LayerNorm(4);

        // Mean 2.5, variance 1.25.
        var unit = 1 / MathF.Sqrt(1.25001f);
        AssertClose([-1.5f * unit, -0.5f * unit, 0.5f * unit, 1.5f * unit], norm.call(tensor(new float[,] { { 1, 2, 3, 4 } })));
    }

    [TestMethod]
    public void BatchNormRemembersWhatItSaw()
    {
        using var norm = nn.BatchNorm1d(1);

        AssertClose([-1f, 1f], norm.call(tensor(new float[,] { { 1 }, { 3 } })), 1e-5);

        // Running mean 0.1 * 2; running variance 0.9 * 1 + 0.1 * 2 (unbiased).
        AssertClose([0.2f], norm.running_mean!);
        AssertClose([1.1f], norm.running_var!);
        norm.eval();
        AssertClose([(2 - 0.2f) / MathF.Sqrt(1.10001f)], norm.call(tensor(new float[,] { { 2 } })));
    }

    [TestMethod]
    public void EmbeddingLooksRowsUp()
    {
        using var table = nn.Embedding_from_pretrained(tensor(new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }));

        AssertClose([5f, 6f, 1f, 2f], table.call(tensor(new long[] { 2, 0 })));
        Assert.IsFalse(table.weight!.requires_grad);
    }

    [TestMethod]
    public void ConvolutionSlidesOverThePicture()
    {
        using var convolution = nn.Conv2d(1, 1, 2, stride: 2, bias: false);
        nn.init.ones_(convolution.weight);

        var result = convolution.call(arange(16, dtype: ScalarType.Float32).reshape(1, 1, 4, 4));

        CollectionAssert.AreEqual(new long[] { 1, 1, 2, 2 }, result.shape);
        AssertClose([10f, 18f, 42f, 50f], result);
    }

    [TestMethod]
    public void LossesAreThoseOfTheirFormulas()
    {
        var logits = tensor(new float[,] { { 1, 2, 3 } });
        var target = tensor(new long[] { 2 });
        var expected = (float)Math.Log(1 + Math.Exp(-1) + Math.Exp(-2));
        AssertClose([expected], nn.functional.cross_entropy(logits, target));
        AssertClose([expected], nn.functional.nll_loss(nn.functional.log_softmax(logits, 1), target));
        AssertClose([expected], nn.CrossEntropyLoss().call(logits, target));
        AssertClose([0f], nn.functional.cross_entropy(logits, target, reduction: nn.Reduction.Sum, ignore_index: 2));

        var p = tensor(new[] { 0.25f, 0.75f });
        var q = tensor(new[] { 0.5f, 0.5f });
        // The target is a log probability unless said otherwise.
        var divergence = (float)((0.25 * Math.Log(0.25 / 0.5)) + (0.75 * Math.Log(0.75 / 0.5)));
        AssertClose([divergence], nn.functional.kl_div(q.log(), p.log(), reduction: nn.Reduction.Sum));
        AssertClose([divergence], nn.functional.kl_div(q.log(), p, log_target: false, reduction: nn.Reduction.Sum));

        AssertClose([2.5f], nn.functional.mse_loss(tensor(new[] { 1f, 2f }), tensor(new[] { 2f, 4f })));
        AssertClose([1.5f], nn.functional.l1_loss(tensor(new[] { 1f, 2f }), tensor(new[] { 2f, 4f })));
        AssertClose([(0.5f + 1.5f) / 2], nn.functional.smooth_l1_loss(tensor(new[] { 1f, 2f }), tensor(new[] { 2f, 4f })));
        AssertClose(
            [(float)Math.Log(1 + Math.Exp(-2))],
            nn.functional.binary_cross_entropy_with_logits(tensor(new[] { 2f }), tensor(new[] { 1f })));
    }

    [TestMethod]
    public void VectorsAreNormalizedAndCompared()
    {
        var x = tensor(new float[,] { { 3, 4 }, { 0, 0 } });

        AssertClose([0.6f, 0.8f, 0f, 0f], nn.functional.normalize(x));
        AssertClose([0.6f], nn.functional.cosine_similarity(tensor(new float[,] { { 3, 4 } }), tensor(new float[,] { { 1, 0 } })));
        CollectionAssert.AreEqual(new long[] { 0, 1, 0 }, nn.functional.one_hot(tensor(1L), 3).data<long>().ToArray());
    }

    [TestMethod]
    public void AttentionIsAWeightedMean()
    {
        var query = tensor(new float[,] { { 1, 0 } }).reshape(1, 1, 1, 2);
        var key = tensor(new float[,] { { 1, 0 }, { 0, 1 } }).reshape(1, 1, 2, 2);
        var value = tensor(new float[,] { { 10, 0 }, { 0, 10 } }).reshape(1, 1, 2, 2);

        var weight = (float)(1 / (1 + Math.Exp(-1 / Math.Sqrt(2))));
        AssertClose(
            [10 * weight, 10 * (1 - weight)], nn.functional.scaled_dot_product_attention(query, key, value), 1e-5);
        // The first query of a causal attention sees the first key only.
        AssertClose(
            [10f, 0f],
            nn.functional.scaled_dot_product_attention(key, key, value, is_casual: true).narrow(2, 0, 1), 1e-5);
    }

    [TestMethod]
    public void PicturesAreResizedAndPadded()
    {
        var picture = tensor(new float[,] { { 0, 2 }, { 4, 6 } }).reshape(1, 1, 2, 2);

        AssertClose([0f, 0.5f, 1.5f, 2f], nn.functional.interpolate(picture, [4, 4], mode: InterpolationMode.Bilinear, align_corners: false)
            .narrow(2, 0, 1));
        AssertClose([0f, 0f, 2f, 2f], nn.functional.interpolate(picture, scale_factor: [2, 2], mode: InterpolationMode.Nearest).narrow(2, 0, 1));
        AssertClose([3f], nn.functional.interpolate(picture, [1, 1], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true));
        // Weights of one antialiased bicubic sample of two pixels: equal by symmetry.
        AssertClose([3f], nn.functional.interpolate(picture, [1, 1], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true));
        AssertClose([9f, 0f, 2f, 9f], nn.functional.pad(picture, new long[] { 1, 1 }, value: 9).narrow(2, 0, 1));
        AssertClose([3f], nn.functional.avg_pool2d(picture, 2));
        AssertClose([6f], nn.functional.max_pool2d(picture, 2));
        AssertClose([0f, 2f, 4f, 6f], nn.functional.unfold(picture, 2));
    }

    [TestMethod]
    public void SgdTakesPlainStepsWithWeightDecay()
    {
        var x = nn.Parameter(tensor(new[] { 2f }));
        using var optimizer = optim.SGD([x], 0.1, weight_decay: 0.5);

        Step(optimizer, x, 3);

        // 2 - 0.1 * (3 + 0.5 * 2)
        AssertClose([1.6f], x);
    }

    [TestMethod]
    public void SgdGathersMomentum()
    {
        var x = nn.Parameter(tensor(new[] { 0f }));
        using var optimizer = optim.SGD([x], 0.1, momentum: 0.9);

        Step(optimizer, x, 1);
        AssertClose([-0.1f], x);
        Step(optimizer, x, 2);
        // Buffer 0.9 * 1 + 2 = 2.9
        AssertClose([-0.39f], x);
    }

    [TestMethod]
    public void SgdLooksAheadWithNesterov()
    {
        var x = nn.Parameter(tensor(new[] { 0f }));
        using var optimizer = optim.SGD([x], 0.1, momentum: 0.9, nesterov: true);

        Step(optimizer, x, 1);
        // 1 + 0.9 * 1
        AssertClose([-0.19f], x);
        Step(optimizer, x, 2);
        // Buffer 2.9, direction 2 + 0.9 * 2.9 = 4.61
        AssertClose([-0.651f], x);
    }

    [TestMethod]
    public void AdamCorrectsItsBias()
    {
        var x = nn.Parameter(tensor(new[] { 1f }));
        using var optimizer = optim.Adam([x], 0.1);

        Step(optimizer, x, 4);
        AssertClose([0.9f], x);
        Step(optimizer, x, -2);
        // Averages 0.9 * 0.4 - 0.2 = 0.16 and 0.999 * 0.016 + 0.004 = 0.019984, corrected by 0.19 and 0.001999
        var expected = 0.9 - (0.1 * (0.16 / 0.19) / (Math.Sqrt(0.019984 / 0.001999) + 1e-8));
        AssertClose([(float)expected], x);
    }

    [TestMethod]
    public void AdamAddsWeightDecayToTheGradient()
    {
        var x = nn.Parameter(tensor(new[] { 2f }));
        using var optimizer = optim.Adam([x], 0.1, eps: 1, weight_decay: 0.5);

        Step(optimizer, x, 1);

        // Gradient 1 + 0.5 * 2 = 2; step 0.1 * 2 / (2 + 1)
        AssertClose([(float)(2 - (0.2 / 3))], x);
    }

    [TestMethod]
    public void AdamWDecaysTheWeightItself()
    {
        var x = nn.Parameter(tensor(new[] { 2f }));
        using var optimizer = optim.AdamW([x], 0.1, eps: 1, weight_decay: 0.5);

        Step(optimizer, x, 1);

        // 2 * (1 - 0.1 * 0.5) - 0.1 * 1 / (1 + 1)
        AssertClose([1.85f], x);
    }

    [TestMethod]
    public void GroupsHaveTheirOwnOptions()
    {
        var a = nn.Parameter(tensor(new[] { 1f }));
        var b = nn.Parameter(tensor(new[] { 1f }));
        using var optimizer = optim.AdamW(
            [new AdamW.ParamGroup([a], lr: 0.1, eps: 1, weight_decay: 1), new AdamW.ParamGroup([b], lr: 0.2, eps: 1)]);
        CollectionAssert.AreEqual(new[] { 0.1, 0.2 }, optimizer.ParamGroups.Select(g => g.LearningRate).ToArray());

        a.grad = tensor(new[] { 1f });
        b.grad = tensor(new[] { 1f });
        optimizer.step();

        AssertClose([0.85f], a);
        AssertClose([0.9f], b);
    }

    [TestMethod]
    public void AnOptimizersStateMovesToAnother()
    {
        var (x, y) = (nn.Parameter(tensor(new[] { 1f })), nn.Parameter(tensor(new[] { 1f })));
        using var first = optim.AdamW([x], 0.1);
        using var second = optim.AdamW([y], 0.3);
        Step(first, x, 4);
        using (no_grad())
        {
            y.copy_(x);
        }

        second.load_state_dict(first.state_dict());
        Step(first, x, -2);
        Step(second, y, -2);

        AssertClose(x.data<float>().ToArray(), y, 0);
        Assert.AreEqual(0.1, second.ParamGroups.Single().LearningRate);
    }

    [TestMethod]
    public void ClippingScalesAllGradientsByTheirCommonNorm()
    {
        var (x, y) = (nn.Parameter(zeros(1)), nn.Parameter(zeros(1)));
        x.grad = tensor(new[] { 3f });
        y.grad = tensor(new[] { 4f });

        var norm = nn.utils.clip_grad_norm_([x, y], 1);

        Assert.AreEqual(5, norm, 1e-6);
        AssertClose([0.6f], x.grad!);
        AssertClose([0.8f], y.grad!);
        nn.utils.clip_grad_norm_([x, y], 10);
        AssertClose([0.6f], x.grad!);
    }

    [TestMethod]
    public void SchedulesSetTheRate()
    {
        CollectionAssert.AreEqual(
            new[] { 1, 0.5, 0.25 }, Rates(o => optim.lr_scheduler.LambdaLR(o, epoch => Math.Pow(0.5, epoch)), 3));
        CollectionAssert.AreEqual(new[] { 1, 1, 0.5, 0.5, 0.25 }, Rates(o => optim.lr_scheduler.StepLR(o, 2, 0.5), 5));
        var cosine = Rates(o => optim.lr_scheduler.CosineAnnealingLR(o, 4), 5);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            Assert.AreEqual((1 + Math.Cos(Math.PI * epoch / 4)) / 2, cosine[epoch], 1e-12);
        }
    }

    private static double[] Rates(Func<optim.Optimizer, optim.lr_scheduler.LRScheduler> make, int epochs)
    {
        using var optimizer = optim.SGD([nn.Parameter(zeros(1))], 1);
        var schedule = make(optimizer);
        var rates = new double[epochs];
        for (var i = 0; i < epochs; i++)
        {
            rates[i] = optimizer.ParamGroups.Single().LearningRate;
            schedule.step();
        }
        return rates;
    }

    private static void Step(optim.Optimizer optimizer, Parameter parameter, float gradient)
    {
        optimizer.zero_grad();
        // The gradient of gradient * x
        (parameter * gradient).sum().backward();
        optimizer.step();
    }

    private static void AssertClose(float[] expected, Tensor actual, double tolerance = 1e-6)
    {
        var values = actual.detach().contiguous().data<float>().ToArray();
        Assert.AreEqual(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.AreEqual(expected[i], values[i], tolerance, $"at {i}");
        }
    }

    private sealed class TwoLayers : nn.Module<Tensor, Tensor>
    {
#pragma warning disable IDE1006 // The fields' names are the state dict's.
        internal Parameter scale = nn.Parameter(tensor(new[] { 1f }));
        internal readonly ModuleList<Linear> layers = nn.ModuleList(nn.Linear(3, 4), nn.Linear(4, 2));
        internal readonly LayerNorm norm = nn.LayerNorm(2);
        internal Tensor table = zeros(2);
#pragma warning restore IDE1006

        internal TwoLayers()
            : base(nameof(TwoLayers)) => RegisterComponents();

        public override Tensor forward(Tensor input) =>
            (norm.call(layers[1].call(nn.functional.relu(layers[0].call(input)))) * scale) + table;
    }
}
