using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Scoring and the distillation step with the frozen towers in reduced precisions against single precision, and by how much the numbers differ.</summary>
internal static class PrecisionBenchmark
{
    private const int ComparedImages = 64;
    private const int ScoredAtOnce = 8;

    public static void Run()
    {
        foreach (var size in BenchmarkModel.All)
        {
            using var single = size.Create();
            foreach (var precision in BenchmarkDevice.Precisions.Where(precision => precision != ComputePrecision.Single))
            {
                using var reduced = size.Create(precision);
                Compare(size, single, reduced);
            }
        }
    }

    private static void Compare(BenchmarkModel size, ClipModel single, ClipModel reduced)
    {
        var table = new Comparison($"{size.Name}, scoring at phi and the distillation step", $"{reduced.Precision}", "single precision");
        foreach (var classes in new[] { 10, 50, 100, 1000 })
        {
            using var task = new ClassificationTask(single, classes);
            using var reducedTask = new ClassificationTask(reduced, classes);
            foreach (var images in new[] { 1, 8 })
            {
                using var pixels = BenchmarkModel.Pixels(images, size.LowResolution);
                table.Add($"scoring, B={images}, C={classes}", ScoringBenchmark.Time(reducedTask, reducedTask.Ours, pixels), ScoringBenchmark.Time(task, task.Ours, pixels));
            }

            if (classes == 50)
            {
                const int images = 4;
                table.Add($"distillation step, B={images}, C={classes}", DistillationBenchmark.Ours(reducedTask, size, images), DistillationBenchmark.Ours(task, size, images));
            }
        }

        Agreement(size, single, reduced);
    }

    private static void Agreement(BenchmarkModel size, ClipModel single, ClipModel reduced)
    {
        const int classes = 50;
        using var scope = NewDisposeScope();
        using var task = new ClassificationTask(single, classes);
        using var reducedTask = new ClassificationTask(reduced, classes);
        var (largest, equal) = (0f, 0L);
        for (var i = 0; i < ComparedImages; i += ScoredAtOnce)
        {
            using var step = NewDisposeScope();
            var pixels = BenchmarkModel.Pixels(ScoredAtOnce, size.LowResolution);
            var (expected, actual) = (task.Score(task.Ours, pixels), reducedTask.Score(reducedTask.Ours, pixels));
            largest = Math.Max(largest, (expected - actual).abs().max().item<float>());
            equal += expected.argmax(1).eq(actual.argmax(1)).sum().item<long>();
        }

        var (high, low) = (DistillationBenchmark.CachedFeatures(size, 4), DistillationBenchmark.CachedFeatures(size, 4));
        var cosine = nn.functional.cosine_similarity(Gradient(task), Gradient(reducedTask), 0).item<float>();
        Comparison.Line(FormattableString.Invariant(
            $"{size.Name}, {reduced.Precision}, C={classes}: largest difference of a probability {largest:0.0000}, the same prediction for {equal} of {ComparedImages} images, cosine of the step's gradients {cosine:0.00000}"));

        Tensor Gradient(ClassificationTask task)
        {
            task.OurStep.Losses(high, low, DistillationBenchmark.Labels(4), 1).Total.backward();
            return cat([.. task.Slots.Parameters.Select(p => p.grad!.flatten())], 0);
        }
    }
}
