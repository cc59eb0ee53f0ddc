using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Scoring low-resolution pixels in memory: image tower, meta-nets, text tower.</summary>
internal static class ScoringBenchmark
{
    // The published way is linear in the images; more pairs than this are measured on one image.
    private const int MaxPublishedPairs = 100;

    public static void Run(IReadOnlyList<BenchmarkModel> sizes)
    {
        var table = new Comparison("Scoring at phi", "ours", "published: 77 tokens a pair");
        foreach (BenchmarkModel size in sizes)
        {
            using ClipModel model = size.Create();
            foreach (int classes in new[] { 10, 50, 100, 1000 })
            {
                using var task = new ClassificationTask(model, classes);
                Timing? one = null;
                foreach (int images in new[] { 1, 8 })
                {
                    using Tensor pixels = BenchmarkModel.Pixels(images, size.LowResolution);
                    Timing ours = Time(task, task.Ours, pixels);
                    bool measured = images == 1 || images * classes <= MaxPublishedPairs;
                    Timing published = measured ? Time(task, task.Published, pixels) : one!.Times(images);
                    one ??= published;
                    table.Add(
                        $"{size.Name}, B={images}, C={classes}", ours, published, measured ? "" : $"published: one image, times {images}");
                }
            }

            Agreement(model, size);
        }
    }

    public static Timing Time(ClassificationTask task, PromptLearner student, Tensor pixels) => Timing.Within(5, 15, () =>
    {
        using Tensor scores = task.Score(student, pixels);
    });

    private static void Agreement(ClipModel model, BenchmarkModel size)
    {
        using DisposeScope scope = NewDisposeScope();
        using var task = new ClassificationTask(model, 20);
        Tensor pixels = BenchmarkModel.Pixels(2, size.LowResolution);
        float difference = (task.Score(task.Ours, pixels) - task.Score(task.Published, pixels)).abs().max().item<float>();
        Comparison.Line(FormattableString.Invariant(
            $"{size.Name}: largest difference of a probability between both ways, B=2, C=20: {difference:0.0e+0}"));
    }
}
