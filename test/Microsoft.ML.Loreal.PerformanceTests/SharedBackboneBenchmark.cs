using System.Globalization;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Peak memory of several models over one frozen backbone, each case in a process of its own.</summary>
internal static class SharedBackboneBenchmark
{
    private const int Folds = 5;
    private const int Classes = 3;
    private const int Photos = 20 * Classes;

    private static readonly BenchmarkModel _size = BenchmarkModel.OfWidth(704);

    public static void Run()
    {
        using var folder = new TemporaryFolder();
        string backbone = Directory.CreateDirectory(folder["backbone"]).FullName;
        _size.Write(backbone);
        long bytes = new FileInfo(Path.Combine(backbone, "model.safetensors")).Length;
        string zip = folder["model.zip"];
        Save(backbone, zip);
        double one = Peak("folds", backbone, "1");
        double loaded = Peak("zips", zip, "1");

        Comparison.Line($"Resident memory at its highest, MB, with a backbone of {bytes >> 20} MB");
        Comparison.Line(Machine.Description);
        Comparison.Line("");
        Comparison.Line("| case | peak | against one model |");
        Comparison.Line("| --- | ---: | ---: |");
        Row("one model trained and evaluated", one, one);
        Row($"cross-validation with {Folds} folds", Peak("folds", backbone, $"{Folds}"), one);
        Row("one model loaded from a zip", loaded, loaded);
        Row("two models loaded from zips", Peak("zips", zip, "2"), loaded);
    }

    /// <summary>In the child: trains on some folds, or once on everything, and prints the peak.</summary>
    public static void MeasureFolds(string backbone, int folds)
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(JpegFolder.Write(folder.Path, Photos, Classes));
        IEstimator<ITransformer> pipeline = Pipeline(ml, backbone, epochs: 1);
        if (folds == 1)
        {
            ITransformer model = pipeline.Fit(data);
            ml.MulticlassClassification.Evaluate(model.Transform(data));
            (model as IDisposable)?.Dispose();
        }
        else
        {
            ml.MulticlassClassification.CrossValidate(data, pipeline, folds);
        }

        PrintPeak();
    }

    /// <summary>In the child: loads a zip some times, scores with each model, and prints the peak.</summary>
    public static void MeasureZips(string zip, int count)
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(JpegFolder.Write(folder.Path, Classes, Classes));
        ITransformer[] models = [.. Enumerable.Range(0, count).Select(_ => ml.Model.Load(zip, out DataViewSchema _))];
        foreach (ITransformer model in models)
        {
            _ = ml.Data.CreateEnumerable<PhotoScores>(model.Transform(data), reuseRowObject: false).Count();
        }

        PrintPeak();
        Array.ForEach(models, model => (model as IDisposable)?.Dispose());
    }

    private static void Save(string backbone, string zip)
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(JpegFolder.Write(folder.Path, Classes, Classes));
        ITransformer model = Pipeline(ml, backbone, epochs: 0).Fit(data);
        ml.Model.Save(model, data.Schema, zip);
        (model as IDisposable)?.Dispose();
    }

    private static IEstimator<ITransformer> Pipeline(MLContext ml, string backbone, int epochs)
    {
        LorealTrainer.Options options = FolderBenchmark.Options(ClipBackbone.FromFolder(backbone), _size, attributes: true);
        options.Method = PromptMethod.CoOp(contextTokens: 2);
        options.BaseStage = new TrainingStageOptions { Epochs = epochs };
        options.DistillationStage = new TrainingStageOptions { Epochs = epochs };
        options.ViewsPerImage = 1;
        return ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.Loreal(options));
    }

    private static double Peak(params string[] measurement) =>
        double.Parse(ChildProcess.Run(measurement)[^1], CultureInfo.InvariantCulture);

    private static void PrintPeak() => Console.WriteLine(FormattableString.Invariant($"{ResidentMemory.Peak}"));

    private static void Row(string name, double peak, double against) =>
        Comparison.Line(FormattableString.Invariant($"| {name} | {peak:0} | {peak / against:0.00}x |"));
}
