using System.Diagnostics;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>An epoch of every stage over JPEG files, with the feature cache and with every epoch's views encoded anew.</summary>
internal static class EpochBenchmark
{
    private const int Epochs = 4;

    public static void Run()
    {
        using var folder = new TemporaryFolder();
        var table = new Comparison("One epoch of Fit, 10 classes", "cached views", "views encoded each epoch");
        foreach ((BenchmarkModel size, int images) in new[] { (BenchmarkModel.Default, 160), (BenchmarkModel.VitB16, 32) })
        {
            using var weights = new TemporaryFolder();
            ClipBackbone backbone = size == BenchmarkModel.Default ? ClipBackbone.Default : size.Write(weights.Path);
            List<JpegFolder.Photo> photos = JpegFolder.Write(folder.Path, images, 10);
            int epochs = size == BenchmarkModel.Default ? Epochs : 2;
            Timing[] cached = Stages(backbone, size, photos, views: 1, epochs);
            Timing[] encoded = Stages(backbone, size, photos, views: 0, epochs);
            for (int stage = 0; stage < 3; stage++)
            {
                table.Add($"{size.Name}, stage {stage + 1}, {images} images", cached[stage], encoded[stage]);
            }
        }
    }

    /// <summary>The time between the ends of the epochs of each stage, from the second epoch on.</summary>
    private static Timing[] Stages(ClipBackbone backbone, BenchmarkModel size, List<JpegFolder.Photo> photos, int views, int epochs)
    {
        var ends = new List<(int Stage, TimeSpan At)>();
        var watch = Stopwatch.StartNew();
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(photos);
        var options = new LorealTrainer.Options
        {
            Backbone = backbone,
            ImageColumnName = nameof(JpegFolder.Photo.ImagePath),
            LowResolution = size.LowResolution,
            Attributes = size.Attributes,
            ViewsPerImage = views,
            BaseStage = new TrainingStageOptions { Epochs = epochs },
            DistillationStage = new TrainingStageOptions { Epochs = epochs },
            MetricsCallback = metrics => ends.Add((metrics.Stage, watch.Elapsed)),
        };
        Data.EstimatorChain<LorealTransformer> pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.Loreal(options));
        using var model = pipeline.Fit(data) as IDisposable;
        return
        [
            .. Enumerable.Range(1, 3).Select(stage =>
            {
                double[] times = ends.Where(e => e.Stage == stage).Select(e => e.At.TotalSeconds).ToArray();
                return Timing.Of([.. times.Skip(1).Zip(times, (end, start) => end - start)]);
            }),
        ];
    }
}
