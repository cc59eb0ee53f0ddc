using System.Diagnostics;
using Microsoft.ML.Loreal.Samples;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// PromptKD with the teacher asked in every epoch, with its features cached, and with a region table; then the size and the worth of a
/// table against K.
/// </summary>
internal static class RegionsBenchmark
{
    private const int Photos = 24;
    private const int Epochs = 3;
    private const int PicturesPerClass = 5;

    public static void Run()
    {
        Speed();
        Worth();
    }

    private static void Speed()
    {
        using var folder = new TemporaryFolder();
        using var weights = new TemporaryFolder();
        List<JpegFolder.Photo> photos = JpegFolder.Write(folder.Path, Photos, 10);
        using LorealTransformer teacher = Teacher(BenchmarkModel.VitB16.Write(weights.Path), photos);
        var table = new Comparison(
            $"One epoch of PromptKD, {Photos} JPEGs, teacher ViT-B/16 at 224 px, student of the default backbone",
            "region table, K = 10",
            "teacher asked in every epoch");
        foreach (int side in new[] { 112, 48 })
        {
            (Timing online, double onlineFit) = Fit(teacher, photos, side, views: 0, tables: null);
            (Timing _, double cachedFit) = Fit(teacher, photos, side, views: 1, tables: null);
            using var tables = new TemporaryFolder();
            (Timing _, double madeFit) = Fit(teacher, photos, side, views: 1, tables.Path);
            (Timing found, double foundFit) = Fit(teacher, photos, side, views: 1, tables.Path);
            table.Add($"student at {side} px", found, online);
            Comparison.Line(FormattableString.Invariant(
                $"Fit of {Epochs} epochs, seconds: teacher in every epoch {onlineFit:0.0}, features cached {cachedFit:0.0}, ")
                + FormattableString.Invariant($"table made {madeFit:0.0}, table found {foundFit:0.0}"));
        }
    }

    private static LorealTransformer Teacher(ClipBackbone backbone, List<JpegFolder.Photo> photos)
    {
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(photos);
        IDataView keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        return ml.MulticlassClassification.Trainers.Loreal(new LorealTrainer.Options
        {
            Backbone = backbone,
            ImageColumnName = nameof(JpegFolder.Photo.ImagePath),
            LowResolution = backbone.Config.ImageResolution,
            Method = PromptMethod.Template("a photo of a {}"),
            Attributes = null,
        }).Fit(keys);
    }

    /// <summary>The time between the ends of the epochs, and of the whole Fit in seconds.</summary>
    private static (Timing Epoch, double Fit) Fit(
        LorealTransformer teacher, List<JpegFolder.Photo> photos, int side, int views, string? tables)
    {
        var ml = new MLContext(1);
        var ends = new List<double>();
        var watch = Stopwatch.StartNew();
        using PromptKDTransformer student = ml.MulticlassClassification.Trainers.PromptKD(new PromptKDTrainer.Options
        {
            Teacher = teacher,
            ImageColumnName = nameof(JpegFolder.Photo.ImagePath),
            LowResolution = side,
            ViewsPerImage = views,
            Regions = tables is null ? null : new RegionTableOptions { FolderPath = tables },
            Stage = new TrainingStageOptions { Epochs = Epochs, BatchSize = 8, LearningRate = 0.005 },
            MetricsCallback = _ => ends.Add(watch.Elapsed.TotalSeconds),
        }).Fit(ml.Data.LoadFromEnumerable(photos));
        return (Timing.Of([.. ends.Skip(1).Zip(ends, (end, start) => end - start)]), watch.Elapsed.TotalSeconds);
    }

    /// <summary>
    /// The default backbone without training teaches itself at 48 px on pictures of its world; the student is tried on others.
    /// </summary>
    private static void Worth()
    {
        using var folder = new TemporaryFolder();
        (WorldPictures pictures, WorldPictures trials) = (Pictures(seed: 1), Pictures(seed: 2));
        var options = new LorealTrainer.Options
        {
            LowResolution = 112,
            Method = PromptMethod.Template("a photo of a {}"),
            Attributes = null,
        };
        using LorealModel model = LorealTraining.Fit(options.ToPlan(), Context, World.Classes, pictures);
        using var teacher = new LorealTransformer(
            new MLContext(1), model, new ScoringSettings("Image", "PredictedLabel", "Score", InvalidImageAction.Throw, 1 << 20));
        using LorealModel low = LorealTraining.Fit(Low(options).ToPlan(), Context, World.Classes, pictures);
        Comparison.Line("");
        Comparison.Line(FormattableString.Invariant(
            $"Labels kept, {World.Classes.Count} classes, {pictures.Count} pictures x 2 regions, 5 epochs; accuracy on {trials.Count} ")
            + FormattableString.Invariant($"other pictures: teacher at 112 px {Accuracy(model, trials):0.0} %, ")
            + FormattableString.Invariant($"the same at 48 px {Accuracy(low, trials):0.0} %"));
        Comparison.Line("| K | bytes a region | MB per million regions | probability kept | student, smoothing | student, re-norm |");
        Comparison.Line("| ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (int kept in new[] { 1, 2, 5, 10, World.Classes.Count })
        {
            double[] students = Enum.GetValues<LabelSparsification>().Select(kind =>
            {
                using PromptKDModel student = PromptKDTraining.Fit(Student(teacher, folder.Path, kept, kind).ToPlan(), Context, pictures);
                return Accuracy(student, trials);
            }).ToArray();
            var header = new RegionTableHeader(pictures.Count, 2, World.Classes.Count, kept, new string('0', 64));
            string file = Directory.GetFiles(folder.Path).Single(path => new FileInfo(path).Length == header.FileLength);
            Comparison.Line(FormattableString.Invariant(
                $"| {kept} | {header.RowLength} | {header.RowLength} | {100 * KeptShare(file, header):0.0} % ")
                + FormattableString.Invariant($"| {students[0]:0.0} % | {students[1]:0.0} % |"));
        }

        using PromptKDModel exact = PromptKDTraining.Fit(Student(teacher, null, 0, default).ToPlan(), Context, pictures);
        PromptKDTrainer.Options withNegatives = Student(teacher, null, 0, default);
        withNegatives.NegativePromptWeight = 1;
        using PromptKDModel negatives = PromptKDTraining.Fit(withNegatives.ToPlan(), Context, pictures);
        Comparison.Line(FormattableString.Invariant(
            $"Student of the exact answers: {Accuracy(exact, trials):0.0} %; ")
            + FormattableString.Invariant($"with negative prompts of weight 1: {Accuracy(negatives, trials):0.0} %"));
    }

    private static TrainingContext Context => new(1, BenchmarkDevice.Current);

    private static LorealTrainer.Options Low(LorealTrainer.Options options) =>
        new() { LowResolution = 48, Method = options.Method, Attributes = null };

    private static PromptKDTrainer.Options Student(LorealTransformer teacher, string? tables, int kept, LabelSparsification kind) => new()
    {
        Teacher = teacher,
        LowResolution = 48,
        ViewsPerImage = 2,
        MinimumCropArea = 0.5f,
        Stage = new TrainingStageOptions { Epochs = 5, BatchSize = 8, LearningRate = 0.005 },
        Regions = tables is null
            ? null
            : new RegionTableOptions { FolderPath = tables, LabelsKept = kept, Sparsification = kind, Seed = 1 },
    };

    /// <summary>The mean sum of the probabilities in a table.</summary>
    private static double KeptShare(string path, RegionTableHeader header)
    {
        byte[] bytes = File.ReadAllBytes(path);
        (int rows, double sum) = (header.Images * header.Views, 0.0);
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < header.Kept; k++)
            {
                sum += RegionTableHeader.Label(bytes.AsSpan(RegionTableHeader.Length + (row * header.RowLength)), k).Probability;
            }
        }

        return sum / rows;
    }

    private static double Accuracy(ScoredModel model, WorldPictures pictures)
    {
        (int right, float[] probabilities) = (0, new float[model.ClassNames.Count]);
        float[] values = new float[3 * model.Resolution * model.Resolution];
        for (int i = 0; i < pictures.Count; i++)
        {
            using RgbImage picture = pictures.Load(i);
            model.Backbone.ImageProcessor.Evaluate(picture, model.Resolution, values);
            using Tensor pixels = tensor(values, [1, 3, model.Resolution, model.Resolution]);
            model.Score(pixels, probabilities);
            right += Array.IndexOf(probabilities, probabilities.Max()) == pictures.Labels[i] ? 1 : 0;
        }

        return 100.0 * right / pictures.Count;
    }

    private static WorldPictures Pictures(int seed) =>
        new(Enumerable.Range(0, World.Classes.Count * PicturesPerClass).Select(i => i / PicturesPerClass), seed) { Identity = "world" };
}
