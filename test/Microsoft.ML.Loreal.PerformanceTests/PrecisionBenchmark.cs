using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// Scoring and the distillation step with the frozen towers in reduced precisions against single precision, and by how much the numbers
/// differ.
/// </summary>
internal static class PrecisionBenchmark
{
    private const int ComparedImages = 64;
    private const int ScoredAtOnce = 8;

    private static readonly int[] _widths = [64, 128, 192, 256, 384, 512, 768];

    public static void Run(IReadOnlyList<BenchmarkModel> sizes)
    {
        foreach (BenchmarkModel size in sizes)
        {
            using ClipModel single = size.Create();
            foreach (ComputePrecision precision in BenchmarkDevice.Precisions.Where(precision => precision != ComputePrecision.Single))
            {
                using ClipModel reduced = size.Create(precision);
                Compare(size, single, reduced);
            }
        }
    }

    /// <summary>From which width of the towers on bfloat16 gains.</summary>
    public static void Widths()
    {
        const int images = 4;
        const int runs = 15;
        var table = new Comparison(
            "Scoring and the distillation step by the width of both towers, by turns", $"{ComputePrecision.BFloat16}", "single precision");
        foreach (BenchmarkModel? size in _widths.Select(BenchmarkModel.OfWidth).Prepend(BenchmarkModel.Default))
        {
            using ClipModel single = size.Create();
            using ClipModel reduced = size.Create(ComputePrecision.BFloat16);
            foreach (int classes in new[] { 10, 100 })
            {
                using var task = new ClassificationTask(single, classes);
                using var reducedTask = new ClassificationTask(reduced, classes);
                foreach (int scored in new[] { 1, ScoredAtOnce })
                {
                    using Tensor pixels = BenchmarkModel.Pixels(scored, size.LowResolution);
                    Add($"{size.Name}, scoring, B={scored}, C={classes}", () => Score(reducedTask, pixels), () => Score(task, pixels));
                }

                using DisposeScope scope = NewDisposeScope();
                Tensor high = DistillationBenchmark.CachedFeatures(size, images);
                Tensor low = DistillationBenchmark.CachedFeatures(size, images);
                Tensor labels = DistillationBenchmark.Labels(images);
                Add(
                    $"{size.Name}, distillation step, B={images}, C={classes}",
                    () => DistillationBenchmark.Ours(reducedTask, high, low, labels),
                    () => DistillationBenchmark.Ours(task, high, low, labels));
            }
        }

        void Add(string name, Action reducedWork, Action work)
        {
            (Timing reducedTime, Timing time) = Timing.ByTurns(runs, reducedWork, work);
            table.Add(name, reducedTime, time);
        }

        static void Score(ClassificationTask task, Tensor pixels)
        {
            using Tensor scores = task.Score(task.Ours, pixels);
        }
    }

    private static void Compare(BenchmarkModel size, ClipModel single, ClipModel reduced)
    {
        var table = new Comparison($"{size.Name}, scoring at phi and the distillation step", $"{reduced.Precision}", "single precision");
        foreach (int classes in new[] { 10, 50, 100, 1000 })
        {
            using var task = new ClassificationTask(single, classes);
            using var reducedTask = new ClassificationTask(reduced, classes);
            foreach (int images in new[] { 1, 8 })
            {
                using Tensor pixels = BenchmarkModel.Pixels(images, size.LowResolution);
                table.Add(
                    $"scoring, B={images}, C={classes}",
                    ScoringBenchmark.Time(reducedTask, reducedTask.Ours, pixels),
                    ScoringBenchmark.Time(task, task.Ours, pixels));
            }

            if (classes == 50)
            {
                const int images = 4;
                table.Add(
                    $"distillation step, B={images}, C={classes}",
                    DistillationBenchmark.Ours(reducedTask, size, images),
                    DistillationBenchmark.Ours(task, size, images));
            }
        }

        Agreement(size, single, reduced);
    }

    private static void Agreement(BenchmarkModel size, ClipModel single, ClipModel reduced)
    {
        const int classes = 50;
        using DisposeScope scope = NewDisposeScope();
        using var task = new ClassificationTask(single, classes);
        using var reducedTask = new ClassificationTask(reduced, classes);
        (float largest, long equal) = (0f, 0L);
        for (int i = 0; i < ComparedImages; i += ScoredAtOnce)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor pixels = BenchmarkModel.Pixels(ScoredAtOnce, size.LowResolution);
            (Tensor expected, Tensor actual) = (task.Score(task.Ours, pixels), reducedTask.Score(reducedTask.Ours, pixels));
            largest = Math.Max(largest, (expected - actual).abs().max().item<float>());
            equal += expected.argmax(1).eq(actual.argmax(1)).sum().item<long>();
        }

        (Tensor high, Tensor low) = (DistillationBenchmark.CachedFeatures(size, 4), DistillationBenchmark.CachedFeatures(size, 4));
        float cosine = nn.functional.cosine_similarity(Gradient(task), Gradient(reducedTask), 0).item<float>();
        Comparison.Line(
            $"{size.Name}, {reduced.Precision}, C={classes}: "
            + FormattableString.Invariant($"largest difference of a probability {largest:0.0000}, ")
            + $"the same prediction for {equal} of {ComparedImages} images, "
            + FormattableString.Invariant($"cosine of the step's gradients {cosine:0.00000}"));

        Tensor Gradient(ClassificationTask task)
        {
            task.OurStep.Losses(high, low, DistillationBenchmark.Labels(4), 1).Total.backward();
            return cat([.. task.Slots.Parameters.Select(p => p.grad!.flatten())], 0);
        }
    }
}
