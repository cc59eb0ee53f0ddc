using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>A fresh process loads a model.zip with the embedded backbone and predicts one picture.</summary>
internal static class ColdStartBenchmark
{
    private const int Runs = 5;

    public static void Run()
    {
        using var folder = new TemporaryFolder();
        List<JpegFolder.Photo> photos = JpegFolder.Write(folder.Path, 20, 10);
        string zip = FolderBenchmark.Save(folder.Path, photos);
        var table = new Comparison(
            "Cold start: model.zip and one picture, default backbone", "ours", "another prediction in the same process");
        (double Total, double Load, double First, double Again)[] runs = Enumerable.Range(0, Runs + 1)
            .Select(_ => One(zip, photos[0].ImagePath)).Skip(1).ToArray();
        table.Add(
            "process start to first prediction", Timing.Of([.. runs.Select(r => r.Total)]), Timing.Of([.. runs.Select(r => r.Again)]));
        table.Add("of that, loading the model", Timing.Of([.. runs.Select(r => r.Load)]), null);
        table.Add("of that, the first prediction", Timing.Of([.. runs.Select(r => r.First)]), null);
    }

    /// <summary>In the child.</summary>
    public static void Measure(string zip, string image)
    {
        var watch = Stopwatch.StartNew();
        var ml = new MLContext(1);
        var photo = new JpegFolder.Photo { ImagePath = image };
        ITransformer model = ml.Model.Load(zip, out _);
        double load = Lap();
        using PredictionEngine<JpegFolder.Photo, PhotoScores> engine =
            ml.Model.CreatePredictionEngine<JpegFolder.Photo, PhotoScores>(model);
        engine.Predict(photo);
        double first = Lap();
        double total = (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds;
        watch.Restart();
        engine.Predict(photo);
        Console.WriteLine(FormattableString.Invariant($"{total} {load} {first} {Lap()}"));

        double Lap()
        {
            double seconds = watch.Elapsed.TotalSeconds;
            watch.Restart();
            return seconds;
        }
    }

    private static (double Total, double Load, double First, double Again) One(string zip, string image)
    {
        double[] numbers = Array.ConvertAll(
            ChildProcess.Run("coldstart", zip, image)[0].Split(' '), text => double.Parse(text, CultureInfo.InvariantCulture));
        return (numbers[0], numbers[1], numbers[2], numbers[3]);
    }
}
