using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Spectre.Console;

namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>The whole path: pictures, training, the table, a saved model, and predictions by the reloaded one.</summary>
internal static class Demo
{
    public static int Run(DemoSettings settings)
    {
        try
        {
            var watch = Stopwatch.StartNew();
            string folder = Directory.CreateTempSubdirectory("loreal-demo-").FullName;
            ClipBackbone backbone = settings.Backbone is null ? ClipBackbone.Default : ClipBackbone.FromFolder(settings.Backbone);
            BaseToNewSplit split = settings.Images is null
                ? Phase("Drawing pictures", () => GeneratedImages.Write(folder, settings.Shots, settings.Seed))
                : UserImages.Load(settings.Images, settings.Shots, settings.Seed);
            Describe(split, backbone, settings.Images ?? folder);

            int[] resolutions = LowResolutions(backbone.Config, settings.All);
            var ml = new MLContext(settings.Seed);
            var method = BaseMethod.Of(settings.Method);
            TransformerChain<KeyToValueMappingTransformer> best = Compare(
                new Comparison(ml, split, backbone, method, settings), resolutions);

            string path = settings.Output ?? Path.Combine(folder, "model.zip");
            ml.Model.Save(best, ml.Data.LoadFromEnumerable(split.Train).Schema, path);
            AnsiConsole.MarkupLineInterpolated(
                $"Saved the {method.Name} + LOREAL model to {path} ({new FileInfo(path).Length / 1e6:F1} MB).");

            PredictWithReloaded(path, split, settings.Seed);
            AnsiConsole.MarkupLineInterpolated($"Done in {watch.Elapsed.TotalMinutes:F1} minutes.");
            return 0;
        }
        catch (Exception exception) when (
            exception is IOException or ArgumentException or InvalidDataException or FormatException or InvalidOperationException
                or NotSupportedException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{exception.Message}[/]");
            return 1;
        }
    }

    // The paper's token grids: 9x9 is the headline, 12x12 and 6x6 beside it.
    private static int[] LowResolutions(ClipConfig config, bool all) =>
        (all ? new[] { 6, 9, 12 } : [9])
            .Where(grid => grid <= config.Grid)
            .DefaultIfEmpty(config.Grid)
            .Select(grid => grid * config.PatchSize)
            .ToArray();

    private static T Phase<T>(string name, Func<T> work) => AnsiConsole.Status().Start($"{name} ...", _ => work());

    private static void Describe(BaseToNewSplit split, ClipBackbone backbone, string source)
    {
        ClipConfig config = backbone.Config;
        AnsiConsole.MarkupLineInterpolated($"Pictures: [bold]{source}[/]");
        string baseClasses =
            $"{split.BaseClasses.Count} base classes ({split.Train.Count} training pictures, {split.BaseTest.Count} to test)";
        AnsiConsole.MarkupLineInterpolated($"{baseClasses}, {split.NewClasses.Count} new classes ({split.NewTest.Count} to test).");
        string layers = $"{config.VisionLayers} + {config.TextLayers} layers, width {config.VisionWidth}";
        AnsiConsole.MarkupLineInterpolated($"CLIP: {config.ImageResolution} px, patches of {config.PatchSize}, {layers}.");
    }

    private static TransformerChain<KeyToValueMappingTransformer> Compare(Comparison comparison, int[] resolutions)
    {
        var results = new Dictionary<(string Row, int Phi), Accuracy>();
        TransformerChain<KeyToValueMappingTransformer>? loreal = null;
        Progress bars = AnsiConsole.Progress().AutoClear(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn());
        bars.Start(progress =>
        {
            foreach (int phi in resolutions)
            {
                foreach (TableRow row in comparison.Rows)
                {
                    ProgressTask task = progress.AddTask($"{phi} px  {row.Name}", maxValue: row.Epochs + 1);
                    TransformerChain<KeyToValueMappingTransformer> model = comparison.Fit(row, phi, () => task.Increment(1));
                    results[(row.Name, phi)] = comparison.Test(model);
                    task.Value = task.MaxValue;
                    if (row.Name != comparison.Rows[^1].Name)
                    {
                        model.Dispose();
                    }
                    else if (loreal is null || phi == resolutions[resolutions.Length / 2])
                    {
                        loreal = model;
                    }
                }
            }
        });

        foreach (int phi in resolutions)
        {
            AnsiConsole.Write(ToTable(phi, comparison.Rows, results));
        }

        return loreal!;
    }

    private static Table ToTable(int phi, IReadOnlyList<TableRow> rows, Dictionary<(string Row, int Phi), Accuracy> results)
    {
        var table = new Table { Title = new TableTitle($"Accuracy at {phi} px (%)") };
        table.AddColumn("");
        foreach (string column in new[] { "base", "new", "harmonic mean" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (TableRow row in rows)
        {
            Accuracy accuracy = results[(row.Name, phi)];
            table.AddRow(row.Name, Percent(accuracy.Base), Percent(accuracy.New), Percent(accuracy.HarmonicMean));
        }

        return table;
    }

    private static string Percent(double share) => (100 * share).ToString("F1");

    // A new MLContext, as in another program on another day.
    private static void PredictWithReloaded(string path, BaseToNewSplit split, int seed)
    {
        var ml = new MLContext(seed);
        ITransformer model = ml.Model.Load(path, out _);
        using PredictionEngine<LabeledImage, ImagePrediction> engine =
            ml.Model.CreatePredictionEngine<LabeledImage, ImagePrediction>(model);
        var table = new Table { Title = new TableTitle("Ten predictions by the reloaded model") };
        foreach (string column in new[] { "picture", "is", "predicted", "probability" })
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        var random = new Random(seed);
        foreach (LabeledImage? image in split.BaseTest.OrderBy(_ => random.Next()).Take(10))
        {
            ImagePrediction prediction = engine.Predict(image);
            bool right = prediction.PredictedLabel == image.Label;
            table.AddRow(
                Markup.Escape(Path.GetFileName(image.ImagePath)),
                Markup.Escape(image.Label),
                right ? $"[green]{Markup.Escape(prediction.PredictedLabel)}[/]" : $"[yellow]{Markup.Escape(prediction.PredictedLabel)}[/]",
                Percent(prediction.Score.Max()) + " %");
        }

        AnsiConsole.Write(table);
    }
}
