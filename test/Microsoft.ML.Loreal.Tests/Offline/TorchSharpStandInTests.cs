using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>
/// What the product expects of TorchSharp, checked against values worked out by hand. The same must hold under the real
/// package, so these tests run in both builds.
/// </summary>
[TestClass]
public sealed class TorchSharpStandInTests
{
    private DisposeScope _scope = null!;

    [TestInitialize]
    public void OpenScope() => _scope = NewDisposeScope();

    [TestCleanup]
    public void CloseScope() => _scope.Dispose();

    [TestMethod]
    public void ArrayBecomesTensorAndComesBack()
    {
        Tensor t = tensor([1f, 2f, 3f, 4f, 5f, 6f], [2, 3]);

        CollectionAssert.AreEqual(new long[] { 2, 3 }, t.shape);
        Assert.AreEqual(ScalarType.Float32, t.dtype);
        CollectionAssert.AreEqual(new[] { 1f, 2f, 3f, 4f, 5f, 6f }, t.data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 4f, 2f, 5f, 3f, 6f }, t.t().data<float>().ToArray());
        Assert.AreEqual(6f, t[1, 2].item<float>());
        Assert.AreEqual(6f, t.data<float>()[1, 2]);
        Assert.AreEqual(24, t.bytes.Length);
    }

    [TestMethod]
    public void NoSizesMakeAScalar()
    {
        Tensor scalar = tensor(2.5f);

        Assert.AreEqual(0, scalar.Dimensions);
        Assert.AreEqual(2.5f, scalar.ToSingle());
        Assert.AreEqual(ScalarType.Int64, tensor(3L).dtype);
        Assert.AreEqual(ScalarType.Float64, tensor(3.0).dtype);
    }

    [TestMethod]
    public void TooFewValuesForTheShapeAreRefused() =>
        Assert.ThrowsExactly<ArgumentException>(() => tensor([1f, 2f, 3f], [2, 2]));

    [TestMethod]
    public void ReadingAsAnotherTypeIsRefused() =>
        Assert.ThrowsExactly<ArgumentException>(() => ones(2).data<double>());

    [TestMethod]
    public void CreationInfersTypes()
    {
        Assert.AreEqual(ScalarType.Int64, arange(5).dtype);
        Assert.AreEqual(ScalarType.Float32, arange(0f, 1f, 0.25f).dtype);
        Assert.AreEqual(ScalarType.Float32, full(2, 2, 0.5).dtype);
        Assert.AreEqual(ScalarType.Int64, full(2, 2, 1).dtype);
        Assert.AreEqual(ScalarType.Int64, randint(3, [4]).dtype);
        Assert.AreEqual(ScalarType.Float32, zeros(2).dtype);
        AreEqual([0, 2, 4], arange(0, 6, 2));
        AreEqual([0f, 0.5f, 1f], linspace(0, 1, 3));
        AreEqual([1f, 0f, 0f, 1f], eye(2));
    }

    [TestMethod]
    public void ArithmeticBroadcastsAndMixesNumbers()
    {
        Tensor a = tensor([1f, 2f, 4f]);
        Tensor column = tensor([10f, 20f], [2, 1]);

        AreEqual([11f, 12f, 14f, 21f, 22f, 24f], a + column);
        AreEqual([0.5f, 1f, 2f], a / 2);
        AreEqual([2f, 1f, 0.5f], 2 / a);
        AreEqual([9f, 8f, 6f], 10 - a);
        AreEqual([1f, 4f, 16f], a.pow(2));
        AreEqual([-1f, -2f, -4f], -a);
        AreEqual([1f, 0f, 0f], a % 2 * 1f);
        AreEqual([3f, 5f, 9f], a.add(a, 1) + 1);
        Assert.AreEqual(ScalarType.Float32, (a * 2.0).dtype);
    }

    [TestMethod]
    public void InPlaceOperatorsChangeAndReturnTheirTensor()
    {
        Tensor a = tensor([1f, 2f]);

        Tensor result = a.add_(1).mul_(tensor([2f, 3f]));

        AreEqual([4f, 9f], a);
        AreEqual([4f, 9f], result);
        AreEqual([0f, 0f], a.zero_());
    }

    [TestMethod]
    public void RoundingModesOfDivision()
    {
        Tensor a = tensor([7f, -7f]);

        AreEqual([3f, -3f], a.div(2, RoundingMode.trunc));
        AreEqual([3f, -4f], a.div(2, RoundingMode.floor));
        AreEqual([3.5f, -3.5f], a.div(2));
    }

    [TestMethod]
    public void ShapesFollowTheirOperators()
    {
        Tensor t = arange(24).reshape(2, 3, 4);

        CollectionAssert.AreEqual(new long[] { 4, 2, 3 }, t.permute(2, 0, 1).shape);
        CollectionAssert.AreEqual(new long[] { 2, 4, 3 }, t.transpose(1, 2).shape);
        CollectionAssert.AreEqual(new long[] { 2, 12 }, t.flatten(1).shape);
        CollectionAssert.AreEqual(new long[] { 2, 1, 3, 4 }, t.unsqueeze(1).shape);
        CollectionAssert.AreEqual(new long[] { 2, 3, 4 }, t.unsqueeze(1).squeeze(1).shape);
        CollectionAssert.AreEqual(new long[] { 5, 3, 4 }, t[0].unsqueeze(0).expand(5, -1, -1).shape);
        CollectionAssert.AreEqual(new long[] { 4, 3, 4 }, cat([t, t], 0).shape);
        CollectionAssert.AreEqual(new long[] { 2, 2, 3, 4 }, stack([t, t], 1).shape);
        CollectionAssert.AreEqual(new long[] { 4, 3, 8 }, t.repeat(2, 1, 2).shape);
        Assert.HasCount(2, t.chunk(2, 2));
        Assert.HasCount(3, t.split(1, 1));
        CollectionAssert.AreEqual(new long[] { 2, 1, 4 }, t.split([1, 2], 1)[0].shape);
        Assert.IsFalse(t.permute(2, 0, 1).is_contiguous());
        AreEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], t[0].T);
        AreEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], t[0].mT);
    }

    [TestMethod]
    public void IndexingReadsAndWrites()
    {
        Tensor t = arange(12).reshape(3, 4);

        AreEqual([4, 5, 6, 7], t[1]);
        AreEqual([1, 5, 9], t[.., 1]);
        AreEqual([8, 9, 10, 11], t[-1]);
        AreEqual([1, 2], t[0, 1..3]);
        AreEqual([3, 7, 11], t[TensorIndex.Ellipsis, TensorIndex.Single(-1)]);
        AreEqual([0, 2, 4, 6, 8, 10], t[.., TensorIndex.Slice(step: 2)]);
        AreEqual([8, 9, 10, 11, 0, 1, 2, 3], t[TensorIndex.Tensor(tensor([2L, 0L]))]);
        AreEqual([2, 4], t[TensorIndex.Tensor(tensor([0L, 1L])), TensorIndex.Tensor(tensor([2L, 0L]))]);
        AreEqual([10, 11], t.masked_select(t.gt(9)));
        CollectionAssert.AreEqual(new long[] { 3, 1, 4 }, t[TensorIndex.Colon, TensorIndex.None].shape);

        Tensor mask = tensor([true, false, false, false, true, false], [2, 3]);
        Tensor cube = arange(24).reshape(2, 3, 4);
        AreEqual([1, 17], cube[TensorIndex.Tensor(mask), TensorIndex.Tensor(tensor([1L, 1L]))]);
        AreEqual([0, 1, 2, 3, 16, 17, 18, 19], cube[TensorIndex.Tensor(mask)]);
        if (StandIns.Have(typeof(torch)))
        {
            // libtorch's C++ indexing, which the package calls, takes the number for the mask's second dimension.
            AreEqual([3, 19], cube[TensorIndex.Tensor(mask), TensorIndex.Single(3)]);
        }


        t[0, 0] = tensor(-1L);
        t[1..] = tensor(7L);

        AreEqual([-1, 1, 2, 3, 7, 7, 7, 7, 7, 7, 7, 7], t);
        AreEqual([2, 2, 3], t[0].index_select(0, tensor([2L, 2L, 3L])));
        AreEqual([-1, 3], t[0].gather(0, tensor([0L, 3L])));
    }

    [TestMethod]
    public void ReductionsGiveHandComputedValues()
    {
        Tensor t = tensor([1f, 2f, 3f, 6f], [2, 2]);

        Assert.AreEqual(12f, t.sum().item<float>());
        // A literal 0 would be taken for an element type here, in the package too.
        AreEqual([4f, 8f], t.sum(0L));
        AreEqual([1.5f, 4.5f], t.mean([1]));
        CollectionAssert.AreEqual(new long[] { 2, 1 }, t.mean([1], keepdim: true).shape);
        AreEqual([0.5f, 4.5f], t.var(1));
        AreEqual([0.25f, 2.25f], t.var(1, unbiased: false));
        AreEqual([0.5f, 1.5f], t.std(1, unbiased: false));
        (Tensor values, Tensor indices) = t.max(1);
        AreEqual([2f, 6f], values);
        AreEqual([1, 1], indices);
        AreEqual([1, 1], t.argmax(1));
        (Tensor top, Tensor places) = tensor([3f, 9f, 5f]).topk(2);
        AreEqual([9f, 5f], top);
        AreEqual([1, 2], places);
        AreEqual([0, 2, 1], tensor([3f, 9f, 5f]).argsort());
        AreEqual([1f, 3f, 6f, 12f], t.flatten().cumsum(0));
        Assert.AreEqual(5f, tensor([3f, 4f]).norm().item<float>());
        AreEqual([5f], tensor([3f, 4f], [1, 2]).norm(1));
        Assert.AreEqual(Math.Log(Math.E + Math.Exp(2)), tensor([1.0, 2.0]).logsumexp(0).item<double>(), 1e-12);
        Assert.IsTrue(t.gt(0).all().item<bool>());
        Assert.IsFalse(t.gt(6).any().item<bool>());
    }

    [TestMethod]
    public void SoftmaxAndActivationsGiveHandComputedValues()
    {
        Tensor logits = tensor([0.0, Math.Log(3)]);

        AreClose([0.25, 0.75], logits.softmax(0));
        AreClose([Math.Log(0.25), Math.Log(0.75)], logits.log_softmax(0));
        AreClose([0.5, 0.75], logits.sigmoid());
        AreClose([0, 1], tensor([-1.0, 1.0]).relu());
        AreClose([0, Math.Tanh(1)], tensor([0.0, 1.0]).tanh());
        AreClose([0.8427007929497149], tensor([1.0]).erf());
        AreClose([-1, 0.5, 1], tensor([-5.0, 0.5, 2.0]).clamp(-1, 1));
        AreClose([2, 4], where(tensor([true, false]), tensor([2.0, 2.0]), tensor([4.0, 4.0])));
    }

    [TestMethod]
    public void MatrixProducts()
    {
        Tensor a = tensor([1f, 2f, 3f, 4f], [2, 2]);
        Tensor b = tensor([0f, 1f, 1f, 0f], [2, 2]);

        AreEqual([2f, 1f, 4f, 3f], a.matmul(b));
        AreEqual([2f, 1f, 4f, 3f], einsum("ij,jk->ik", a, b));
        AreEqual([3f, 2f, 5f, 4f], ones(2, 2).addmm(a, b));
        AreEqual([2f, 1f, 4f, 3f, 2f, 1f, 4f, 3f], stack([a, a]).bmm(stack([b, b])));
        Assert.AreEqual(-2f, linalg.det(a).item<float>(), 1e-5f);
        AreClose([1, 0, 0, 1], a.matmul(linalg.inv(a)).to(ScalarType.Float64), 1e-6);
    }

    [TestMethod]
    public void BackwardGivesTheGradient()
    {
        Tensor x = tensor([1.0, 2.0, 3.0], requires_grad: true);

        (x * x * x).sum().backward();

        AreClose([3, 12, 27], x.grad!);
        Assert.IsTrue(x.is_leaf);
        x.grad = null;
        Assert.IsNull(x.grad);
    }

    [TestMethod]
    public void GradientsAccumulateAndCanBeAskedForAlone()
    {
        Tensor x = tensor([2.0], requires_grad: true);
        Tensor y = x * x;

        y.backward([ones_like(y)], retain_graph: true);
        y.backward([ones_like(y)]);
        Tensor second = autograd.grad([x * x * x], [x])[0];

        AreClose([8], x.grad!);
        AreClose([12], second);
    }

    [TestMethod]
    public void GradModeIsSwitchedAndRestored()
    {
        Tensor x = ones(2, requires_grad: true);

        using (no_grad())
        {
            Assert.IsFalse(is_grad_enabled());
            Assert.IsFalse((x * 2).requires_grad);
            using (enable_grad())
            {
                Assert.IsTrue((x * 2).requires_grad);
            }
            Assert.IsFalse(is_grad_enabled());
        }
        using (inference_mode())
        {
            Assert.IsTrue(is_inference_mode_enabled());
            Assert.IsFalse((x * 2).requires_grad);
        }
        Assert.IsTrue(is_grad_enabled());
        Assert.IsFalse((x * 2).detach().requires_grad);
    }

    [TestMethod]
    public void GradModeBelongsToItsThread()
    {
        bool? elsewhere = null;
        using (no_grad())
        {
            RunOnAnotherThread(() => elsewhere = is_grad_enabled());
        }

        Assert.IsTrue(elsewhere);
    }

    [TestMethod]
    public void WrongShapesSayWhatTheyAre()
    {
        var error = Assert.ThrowsExactly<ExternalException>(() => ones(2, 3).add(ones(4, 5)));

        StringAssert.Contains(error.Message, "The size of tensor a (3) must match the size of tensor b (5)");
    }

    [TestMethod]
    public void AFailureLeavesEarlierResultsAlone()
    {
        Tensor kept = ones(1000) + 1;

        Assert.ThrowsExactly<ExternalException>(() => ones(2, 3).add(ones(4, 5)));
        Assert.ThrowsExactly<ExternalException>(() => kept.view(7, 7));

        Assert.AreEqual(2000f, kept.sum().item<float>());
    }

    [TestMethod]
    public void DisposedTensorsAreRefused()
    {
        Tensor t = ones(2);
        t.Dispose();

        Assert.IsTrue(t.IsInvalid);
        Assert.ThrowsExactly<InvalidOperationException>(() => t.add(1));
    }

    [TestMethod]
    public void ScopesDisposeWhatStaysInThem()
    {
        Tensor outer, detached, lost;
        using (DisposeScope scope = NewDisposeScope())
        {
            lost = ones(2);
            outer = ones(3).MoveToOuterDisposeScope();
            detached = ones(4).DetachFromDisposeScope();
            Assert.AreEqual(1, scope.DisposablesCount);
            Assert.IsTrue(scope.Contains(lost));
        }

        Assert.IsTrue(lost.IsInvalid);
        Assert.IsFalse(outer.IsInvalid);
        Assert.IsTrue(_scope.Contains(outer));
        Assert.IsFalse(_scope.Contains(detached));
        detached.Dispose();
    }

    [TestMethod]
    public void ScopesKeepWhatTheyAreToldToAndMoveBetweenEachOther()
    {
        using DisposeScope first = NewDisposeScope();
        Tensor kept = ones(1);
        Tensor gone = ones(1);
        first.DisposeEverythingBut(kept);

        Assert.IsFalse(kept.IsInvalid);
        Assert.IsTrue(gone.IsInvalid);

        using DisposeScope second = NewDisposeScope();
        kept.MoveToOtherDisposeScope(second);
        Assert.IsTrue(second.Contains(kept));
        Assert.IsFalse(first.Contains(kept));
    }

    [TestMethod]
    public void ScopesBelongToTheirThread()
    {
        int before = _scope.DisposablesCount;
        RunOnAnotherThread(() =>
        {
            using Tensor t = ones(2);
            using DisposeScope scope = NewDisposeScope();
            ones(3).add(1);
            Assert.AreEqual(2, scope.DisposablesCount);
        });

        Assert.AreEqual(before, _scope.DisposablesCount);
    }

    [TestMethod]
    public void ScopeStatisticsCountLifetimes()
    {
        LifetimeStatistics statistics = DisposeScopeManager.Statistics.TensorStatistics;
        statistics.Reset();
        using (NewDisposeScope())
        {
            ones(1).add(1);
            ones(1).Dispose();
            ones(1).DetachFromDisposeScope().Dispose();
        }

        Assert.AreEqual(4, statistics.CreatedInScopeCount);
        Assert.AreEqual(3, statistics.DisposedInScopeCount);
        Assert.AreEqual(1, statistics.DetachedFromScopeCount);
        Assert.AreEqual(1, statistics.DisposedOutsideScopeCount);
        Assert.AreEqual(0, statistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void ConvertedTensorsHaveTheirOwnEnd()
    {
        Tensor t = ones(2);

        using (Tensor same = t.to(ScalarType.Float32))
        {
            AreEqual([1f, 1f], same);
        }

        AreEqual([1f, 1f], t);
        Assert.AreEqual(ScalarType.Float64, t.to(ScalarType.Float64).dtype);
        Assert.AreEqual(DeviceType.CPU, t.to("cpu").device_type);
    }

    [TestMethod]
    public void SeedsRepeatRandomNumbers()
    {
        manual_seed(17);
        Tensor first = randn(5);
        Tensor state = get_rng_state();
        Tensor next = rand(5);
        manual_seed(17);
        Tensor again = randn(5);
        set_rng_state(state);
        Tensor nextAgain = rand(5);

        Assert.IsTrue(first.allclose(again, 0, 0));
        Assert.IsTrue(next.allclose(nextAgain, 0, 0));
        Assert.IsFalse(first.allclose(next));
    }

    [TestMethod]
    public void GeneratorsAreIndependentOfTheDefaultOne()
    {
        using var one = new Generator(5);
        using var other = new Generator(5);
        manual_seed(1);
        Tensor a = rand([3L], generator: one);
        rand(10);
        Tensor b = rand([3L], generator: other);

        Assert.IsTrue(a.allclose(b, 0, 0));
        CollectionAssert.AreEquivalent(
            new long[] { 0, 1, 2, 3, 4 }, randperm(5, generator: one).data<long>().ToArray());
    }

    [TestMethod]
    public void TensorsSurviveTheirOwnFileFormat()
    {
        Tensor t = tensor([1.5f, -2f, 300f], [3, 1]);
        using var stream = new MemoryStream();

        t.Save(stream);
        Assert.IsFalse(stream.CanRead);
        Tensor back = Tensor.Load(new MemoryStream(stream.ToArray()));

        CollectionAssert.AreEqual(t.shape, back.shape);
        AreEqual([1.5f, -2f, 300f], back);
    }

    [TestMethod]
    public void ToStringSaysShapeTypeAndDevice()
    {
        string text = zeros(2, 3).ToString();

        StringAssert.Contains(text, "2x3");
        StringAssert.Contains(text, "Float32");
        StringAssert.Contains(text, "cpu");
    }

    [TestMethod]
    public void ForgottenTensorsAreCollected()
    {
        long before = Tensor.TotalCount;
        RunOnAnotherThread(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                ones(64, 1024).add(1);
            }
        });

        Collect();

        // A few may stay behind in registers or in other tests' scopes on their threads.
        Assert.IsLessThan(before + 50, Tensor.TotalCount);
    }

    [TestMethod]
    public void CreatingAndDisposingLeavesMemoryFlat()
    {
        const int Size = 1 << 20;
        Churn(100, Size);
        long before = Process.GetCurrentProcess().WorkingSet64;

        Churn(2000, Size);
        Process process = Process.GetCurrentProcess();
        process.Refresh();

        // Kept, these would be 8 GB.
        Assert.IsLessThan(before + (256L << 20), process.WorkingSet64);
    }

    [TestMethod]
    public void ManyThreadsComputeAtTheSameTime()
    {
        var results = new float[4];
        Thread[] threads = [.. Enumerable.Range(0, results.Length).Select(i => new Thread(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = ones(16, 16, requires_grad: true);
            for (int k = 0; k < 50; k++)
            {
                x.matmul(x).sum().backward();
            }
            results[i] = x.grad!.sum().item<float>();
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        // d sum(X X) / dX = 16 + 16 for a matrix of ones: 32 * 256 entries * 50 passes.
        CollectionAssert.AreEqual(Enumerable.Repeat(32f * 256 * 50, 4).ToArray(), results);
    }

    [TestMethod]
    public void ThreadCountIsSettable()
    {
        int former = get_num_threads();
        try
        {
            set_num_threads(1);
            Assert.AreEqual(1, get_num_threads());
        }
        finally
        {
            set_num_threads(former);
        }
        Assert.AreEqual(former, get_num_threads());
    }

    private static void Churn(int times, int size)
    {
        for (int i = 0; i < times; i++)
        {
            using Tensor t = ones(size);
        }
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static void RunOnAnotherThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.IsNull(failure, failure?.ToString());
    }

    private static void AreEqual(float[] expected, Tensor actual) =>
        CollectionAssert.AreEqual(expected, actual.data<float>().ToArray());

    private static void AreEqual(long[] expected, Tensor actual) =>
        CollectionAssert.AreEqual(expected, actual.data<long>().ToArray());

    private static void AreClose(double[] expected, Tensor actual, double tolerance = 1e-12)
    {
        double[] values = actual.data<double>().ToArray();
        Assert.HasCount(expected.Length, values);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.AreEqual(expected[i], values[i], tolerance);
        }
    }
}
