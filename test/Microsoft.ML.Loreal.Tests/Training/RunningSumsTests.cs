using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

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
            sums.Add(new StepLosses(tensor(loss), zeros(4, 3), [(TrainingLosses.CrossEntropy, tensor(1f))]), labels);
        }

        EpochSums read = sums.Read();
        Assert.AreEqual(double.PositiveInfinity, read.Total);
        Assert.AreEqual((8.0, 4L), (read.Losses[TrainingLosses.CrossEntropy], read.Images));
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
            foreach ((string name, float? value) in step.Losses)
            {
                expected.Losses[name] = expected.Losses.GetValueOrDefault(name) + ((value ?? 0) * step.Images);
            }

            expected.Correct += step.Correct;
            expected.Images += step.Images;
        }

        AssertSame(expected, sums.Read());
    }

    private static void AssertSame(EpochSums expected, EpochSums actual)
    {
        Assert.AreEqual((expected.Total, expected.Correct, expected.Images), (actual.Total, actual.Correct, actual.Images));
        Assert.HasCount(4, actual.Losses);
        foreach ((string name, double sum) in expected.Losses)
        {
            Assert.AreEqual(sum, actual.Losses[name], name);
        }
    }

    /// <summary>Losses of a batch, as numbers and as tensors that learn.</summary>
    private sealed class Step(Random random, Device device)
    {
        public int Images { get; } = random.Next(1, 40);

        public float Total { get; } = random.NextSingle() * 9;

        public (string Name, float? Value)[] Losses { get; } =
        [
            (TrainingLosses.CrossEntropy, random.NextSingle()),
            (TrainingLosses.HighLevelDistillation, Maybe(random)),
            (TrainingLosses.LowLevelDistillation, Maybe(random)),
            (TrainingLosses.BridgeDistillation, Maybe(random)),
        ];

        public int Correct { get; private set; }

        public void AddTo(RunningSums sums)
        {
            using DisposeScope scope = NewDisposeScope();
            long[] labels = Enumerable.Range(0, Images).Select(i => (long)(i % 3)).ToArray();
            long[] answers = labels.Select((label, i) => i % 4 == 0 ? label : (label + 1) % 3).ToArray();
            Correct = labels.Zip(answers).Count(pair => pair.First == pair.Second);
            Tensor logits = nn.functional.one_hot(tensor(answers), 3).to(device);
            IEnumerable<(string Name, float? Value)> computed = Losses.Where(loss => loss.Value is not null);
            List<(string, Tensor)> terms = [.. computed.Select(loss => (loss.Name, Loss(loss.Value!.Value)))];
            sums.Add(new StepLosses(Loss(Total), logits, terms), tensor(labels).to(device));
        }

        private static float? Maybe(Random random) => random.Next(2) == 0 ? null : random.NextSingle() / 3;

        private Tensor Loss(float value) => tensor(value, device: device, requires_grad: true);
    }
}
