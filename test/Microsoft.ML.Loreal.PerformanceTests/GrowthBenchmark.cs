using TorchSharp;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>How the cost of scoring grows with the classes and with the images, and a plot of it.</summary>
internal static class GrowthBenchmark
{
    private const int MaxPublishedPairs = 200;

    public static void Run()
    {
        const int classesAtImages = 50;
        BenchmarkModel size = BenchmarkModel.VitB16;
        using ClipModel model = size.Create();
        var table = new Comparison("Growth of scoring at phi", "ours", "published: 77 tokens a pair");
        var byClasses = new List<(double, double)>();
        var publishedByClasses = new List<(double, double)>();
        foreach (int classes in new[] { 10, 25, 50, 100, 200, 400, 700, 1000 })
        {
            Measure(classes, 1, classes, byClasses, publishedByClasses);
        }

        var byImages = new List<(double, double)>();
        var publishedByImages = new List<(double, double)>();
        foreach (int images in new[] { 1, 2, 4, 8, 16, 32 })
        {
            Measure(classesAtImages, images, images, byImages, publishedByImages);
        }

        var plot = new Plot("Scoring at ViT-B/16 sizes, 96 px: seconds a batch");
        plot.Add("one image, by classes", "classes", byClasses, publishedByClasses);
        plot.Add($"{classesAtImages} classes, by images", "images", byImages, publishedByImages);
        string path = Path.GetFullPath("performance.svg");
        plot.Write(path);
        Comparison.Line($"The plot is in {path}.");

        void Measure(int classes, int images, double at, List<(double, double)> ours, List<(double, double)> published)
        {
            using var task = new ClassificationTask(model, classes);
            using torch.Tensor pixels = BenchmarkModel.Pixels(images, size.LowResolution);
            Timing ourTime = ScoringBenchmark.Time(task, task.Ours, pixels);
            ours.Add((at, ourTime.Median));
            Timing? other = null;
            if (images * classes <= MaxPublishedPairs)
            {
                other = ScoringBenchmark.Time(task, task.Published, pixels);
                published.Add((at, other.Median));
            }

            table.Add($"B={images}, C={classes}", ourTime, other);
        }
    }
}
