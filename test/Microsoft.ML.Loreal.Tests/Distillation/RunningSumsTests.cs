using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Distillation;

[TestClass]
public sealed class RunningSumsTests
{
    [TestMethod]
    public void TheyAreTheSumsOfDoublesBitForBit() => AssertSums(CPU);

    [TestMethod]
    public void WhatWasSummedBeforeASaveCounts()
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(3);
        List<Step> steps = [.. Enumerable.Range(0, 9).Select(_ => new Step(random, CPU))];
        using var whole = new RunningSums(CPU);
        steps.ForEach(step => step.AddTo(whole));
        using var first = new RunningSums(CPU);
        steps.Take(4).ToList().ForEach(step => step.AddTo(first));
        using var second = new RunningSums(CPU, first.Read());
        steps.Skip(4).ToList().ForEach(step => step.AddTo(second));
        AssertSame(whole.Read(), second.Read());
    }

    [TestMethod]
    public void TheyStopAtTheFirstLossThatIsNotFinite()
    {
        using DisposeScope scope = NewDisposeScope();
        using var sums = new RunningSums(CPU);
        Tensor labels = zeros([4], int64);
        foreach (float loss in new[] { 1, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 2 })
        {
            sums.Add(new StepLosses(tensor(loss), tensor(1f), null, null, null, zeros(4, 3)), labels);
        }

        EpochSums read = sums.Read();
        Assert.AreEqual(double.PositiveInfinity, read.Total);
        Assert.AreEqual((8.0, 4L), (read.CrossEntropy, read.Images));
    }

    /// <summary>Sums of random steps on a device, against those of their numbers.</summary>
    internal static void AssertSums(Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(2);
        using var sums = new RunningSums(device);
        var expected = new EpochSums();
        for (int i = 0; i < 200; i++)
        {
            var step = new Step(random, device);
            step.AddTo(sums);
            expected.Total += step.Total * step.Images;
            expected.CrossEntropy += step.CrossEntropy * step.Images;
            expected.HighLevel += (step.HighLevel ?? 0) * step.Images;
            expected.LowLevel += (step.LowLevel ?? 0) * step.Images;
            expected.Bridge += (step.Bridge ?? 0) * step.Images;
            expected.Correct += step.Correct;
            expected.Images += step.Images;
        }

        AssertSame(expected, sums.Read());
    }

    private static void AssertSame(EpochSums expected, EpochSums actual) => Assert.AreEqual(
        (expected.Total, expected.CrossEntropy, expected.HighLevel, expected.LowLevel, expected.Bridge, expected.Correct, expected.Images),
        (actual.Total, actual.CrossEntropy, actual.HighLevel, actual.LowLevel, actual.Bridge, actual.Correct, actual.Images));

    /// <summary>Losses of a batch, as numbers and as tensors that learn.</summary>
    private sealed class Step(Random random, Device device)
    {
        public int Images { get; } = random.Next(1, 40);

        public float Total { get; } = random.NextSingle() * 9;

        public float CrossEntropy { get; } = random.NextSingle();

        public float? HighLevel { get; } = Maybe(random);

        public float? LowLevel { get; } = Maybe(random);

        public float? Bridge { get; } = Maybe(random);

        public int Correct { get; private set; }

        public void AddTo(RunningSums sums)
        {
            using DisposeScope scope = NewDisposeScope();
            long[] labels = Enumerable.Range(0, Images).Select(i => (long)(i % 3)).ToArray();
            long[] answers = labels.Select((label, i) => i % 4 == 0 ? label : (label + 1) % 3).ToArray();
            Correct = labels.Zip(answers).Count(pair => pair.First == pair.Second);
            Tensor logits = nn.functional.one_hot(tensor(answers), 3).to(device);
            sums.Add(new StepLosses(Loss(Total)!, Loss(CrossEntropy)!, Loss(HighLevel), Loss(LowLevel), Loss(Bridge), logits), tensor(labels).to(device));
        }

        private static float? Maybe(Random random) => random.Next(2) == 0 ? null : random.NextSingle() / 3;

        private Tensor? Loss(float? value) => value is null ? null : tensor(value.Value, device: device, requires_grad: true);
    }
}
