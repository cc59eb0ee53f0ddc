using System.Globalization;
using TorchSharp;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Peak resident memory, each case in a process of its own, and whether 10,000 predictions keep it flat.</summary>
internal static class MemoryBenchmark
{
    private const int Predictions = 10_000;

    public static void Run(IReadOnlyList<BenchmarkModel> sizes)
    {
        Comparison.Line("Resident memory, MB: the highest while it ran, and of that what came on top of the loaded model");
        Comparison.Line(Machine.Description);
        if (BenchmarkDevice.IsGpu)
        {
            Comparison.Line("This is the processor's memory: TorchSharp 0.107.0 does not tell a GPU's.");
        }

        Comparison.Line("");
        Comparison.Line("| case | ours: peak (added) | published: peak (added) | ours / published (added) |");
        Comparison.Line("| --- | ---: | ---: | ---: |");
        foreach (BenchmarkModel size in sizes)
        {
            foreach ((string work, int images, int classes) in new[] { ("distillation", 4, 50), ("scoring", 1, 100), ("scoring", 8, 100) })
            {
                (double Peak, double Added) ours = Peak(size, work, images, classes, "ours");
                (double Peak, double Added) published = Peak(size, work, images, classes, "published");
                string ratio = FormattableString.Invariant(
                    $"{ours.Peak / published.Peak:0.00} ({ours.Added / published.Added:0.000})");
                Comparison.Line($"| {size.Name}, {work}, B={images}, C={classes} | {Cell(ours)} | {Cell(published)} | {ratio} |");
            }
        }

        foreach (string line in ChildProcess.Run("flat"))
        {
            Comparison.Line(line);
        }
    }

    /// <summary>In the child: prints the memory after loading and the highest of the run.</summary>
    public static void MeasureWork(BenchmarkModel size, string work, int images, int classes, string way)
    {
        using ClipModel model = size.Create();
        using var task = new ClassificationTask(model, classes);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor high = DistillationBenchmark.CachedFeatures(size, images);
        torch.Tensor low = DistillationBenchmark.CachedFeatures(size, images);
        torch.Tensor labels = DistillationBenchmark.Labels(images);
        torch.Tensor pixels = BenchmarkModel.Pixels(images, size.LowResolution);
        Console.WriteLine(FormattableString.Invariant($"{ResidentMemory.Now}"));
        for (int run = 0; run < 2; run++)
        {
            switch (work, way)
            {
                case ("distillation", "ours"):
                    DistillationBenchmark.Ours(task, high, low, labels);
                    break;
                case ("distillation", _):
                    DistillationBenchmark.Published(task, size, images);
                    break;
                default:
                    task.Score(way == "ours" ? task.Ours : task.Published, pixels).Dispose();
                    break;
            }
        }

        Console.WriteLine(FormattableString.Invariant($"{ResidentMemory.Peak}"));
    }

    /// <summary>In the child: predicts one picture again and again.</summary>
    public static void MeasureFlat()
    {
        using var folder = new TemporaryFolder();
        List<JpegFolder.Photo> photos = JpegFolder.Write(folder.Path, 20, 10);
        var ml = new MLContext(1);
        using LorealTransformer model = FolderBenchmark.Fit(
            ml, ClipBackbone.Default, BenchmarkModel.Default, ml.Data.LoadFromEnumerable(photos), attributes: true);
        using PredictionEngine<JpegFolder.Photo, PhotoScores> engine =
            ml.Model.CreatePredictionEngine<JpegFolder.Photo, PhotoScores>(model);
        Console.WriteLine($"Resident memory while one model of the default's sizes makes {Predictions} predictions, MB:");
        for (int done = 1; done <= Predictions; done++)
        {
            engine.Predict(photos[done % photos.Count]);
            if (done is 100 or 1000 or 2000 or 4000 or 6000 or 8000 or Predictions)
            {
                Console.WriteLine(FormattableString.Invariant($"after {done,6}: {ResidentMemory.Now:0.0}"));
            }
        }
    }

    private static string Cell((double Peak, double Added) memory) => FormattableString.Invariant($"{memory.Peak:0} ({memory.Added:0})");

    private static (double Peak, double Added) Peak(BenchmarkModel size, string work, int images, int classes, string way)
    {
        string[] lines = ChildProcess.Run("memory", size.Name, work, $"{images}", $"{classes}", way);
        double[] numbers = Array.ConvertAll(lines, line => double.Parse(line, CultureInfo.InvariantCulture));
        return (numbers[1], numbers[1] - numbers[0]);
    }
}
