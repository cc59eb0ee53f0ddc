using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// What an exported file takes in a process of its own: time to the first prediction and memory, against the transformer that it was
/// exported from, and what a second session of the same file adds.
/// </summary>
internal static class OnnxProcessBenchmark
{
    private const string Libtorch = "libtorch";
    private const string Mapped = "mapped";
    private const string Onnx = "onnx";

    private const int Runs = 3;
    private const int Pictures = 10;
    private const int Classes = 10;

    public static void Run(IReadOnlyList<BenchmarkModel> sizes)
    {
        // Of a program that sets nothing: these keep what was freed.
        Environment.SetEnvironmentVariable("MALLOC_MMAP_MAX_", null);
        Environment.SetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_", null);
        foreach (BenchmarkModel size in sizes)
        {
            foreach (bool attributes in new[] { false, true })
            {
                using var folder = new TemporaryFolder();
                OnnxVariant[] variants = Write(folder, size, attributes);
                string name = $"{size.Name}, {(attributes ? "LOREAL on CoOp" : "constant text")}, {Classes} classes, "
                    + $"{size.LowResolution} px";
                AgainstLibtorch(folder, name, variants);
                SecondSession(folder, name);
            }
        }
    }

    /// <summary>In the child: opens the model so many times, predicts, and prints what that took.</summary>
    public static void Measure(string way, string path, int sessions, string pictures)
    {
        string[] paths = Directory.GetFiles(pictures);
        var watch = new Stopwatch();
        double first = 0;
        if (way == Libtorch)
        {
            MeasureLibtorch(path, paths, watch, ref first);
        }
        else
        {
            MeasureOnnx(way, path, sessions, paths, watch, ref first);
        }

        Console.WriteLine(FormattableString.Invariant(
            $"{first} {ResidentMemory.Now} {ResidentMemory.Anonymous} {ResidentMemory.Peak} {watch.Elapsed.TotalSeconds / paths.Length}"));
    }

    private static void MeasureLibtorch(string path, string[] paths, Stopwatch watch, ref double first)
    {
        var ml = new MLContext(1);
        ITransformer model = ml.Model.Load(path, out _);
        PredictionEngine<JpegFolder.Photo, PhotoScores> engine = ml.Model.CreatePredictionEngine<JpegFolder.Photo, PhotoScores>(model);
        engine.Predict(new JpegFolder.Photo { ImagePath = paths[0] });
        first = SinceStart();
        watch.Start();
        Array.ForEach(paths, picture => engine.Predict(new JpegFolder.Photo { ImagePath = picture }));
        watch.Stop();
    }

    private static void MeasureOnnx(string way, string path, int sessions, string[] paths, Stopwatch watch, ref double first)
    {
        var options = new LorealClassifierOptions { MemoryMapped = way == Mapped };
        LorealClassifier[] classifiers = [.. Enumerable.Range(0, sessions).Select(_ => LorealClassifier.Load(path, options))];
        classifiers[0].Predict(paths[0]);
        first = SinceStart();
        foreach (LorealClassifier classifier in classifiers)
        {
            classifier.Predict(paths[0]);
            watch.Restart();
            Array.ForEach(paths, picture => classifier.Predict(picture));
            watch.Stop();
        }

        if (AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == "TorchSharp"))
        {
            throw new InvalidOperationException("TorchSharp was loaded, so that this is not what ONNX Runtime alone takes.");
        }

        GC.KeepAlive(classifiers);
    }

    private static double SinceStart() => (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds;

    /// <summary>Writes a model, made without training, in each form, and pictures.</summary>
    private static OnnxVariant[] Write(TemporaryFolder folder, BenchmarkModel size, bool attributes)
    {
        List<JpegFolder.Photo> photos =
            JpegFolder.Write(Directory.CreateDirectory(folder["pictures"]).FullName, Pictures, Classes);
        ClipBackbone backbone = size == BenchmarkModel.Default ? ClipBackbone.Default : size.Write(folder["backbone"]);
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(photos);
        using LorealTransformer model = FolderBenchmark.Fit(ml, backbone, size, data, attributes);
        ml.Model.Save(model, data.Schema, folder["model.zip"]);
        model.SaveAsOnnx(folder["one.onnx"]);
        model.SaveAsOnnx(folder["two.onnx"], new OnnxExportOptions { ExternalWeights = true });
        OnnxVariant[] variants = [.. OnnxVariant.Of(attributes, data).Skip(1)];
        Array.ForEach(variants, variant => model.SaveAsOnnx(folder[$"{variant.Name}.onnx"], variant.Options));
        return variants;
    }

    private static void AgainstLibtorch(TemporaryFolder folder, string name, OnnxVariant[] variants)
    {
        Title($"{name}: a process of its own, memory after {Pictures} pictures, MB");
        Comparison.Line("| | start to first prediction, ms | resident | of it anonymous | highest | ms a picture | time | resident |");
        Comparison.Line("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        Use libtorch = Child(folder, Libtorch, "model.zip");
        Row("libtorch, model.zip", libtorch);
        Row("ONNX Runtime", Child(folder, Onnx, "one.onnx"));
        Row("ONNX Runtime, weights in a file of their own", Child(folder, Onnx, "two.onnx"));
        Row("ONNX Runtime, MemoryMapped", Child(folder, Mapped, "two.onnx"));
        foreach (OnnxVariant variant in variants)
        {
            Row($"ONNX Runtime, {variant.Name}", Child(folder, Onnx, $"{variant.Name}.onnx"));
        }

        void Row(string way, Use use)
        {
            string ratios = FormattableString.Invariant($"{use.First / libtorch.First:0.00}x | {use.Resident / libtorch.Resident:0.00}x");
            Comparison.Line(FormattableString.Invariant($"| {way} | {use.First * 1000:0} | {use.Cells} | {ratios} |"));
        }
    }

    private static void SecondSession(TemporaryFolder folder, string name)
    {
        Title($"{name}: two sessions of one file in one process, MB");
        Comparison.Line("| | sessions | resident | of it anonymous | highest | ms a picture | resident, against one |");
        Comparison.Line("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach ((string title, string way, string file) in new[]
        {
            ("weights inside", Onnx, "one.onnx"), ("in a file of their own", Onnx, "two.onnx"), ("MemoryMapped", Mapped, "two.onnx"),
        })
        {
            Use one = Child(folder, way, file);
            Row(1, one);
            Row(2, Child(folder, way, file, 2));

            void Row(int sessions, Use use) => Comparison.Line(FormattableString.Invariant(
                $"| {title} | {sessions} | {use.Cells} | {use.Resident / one.Resident:0.00}x |"));
        }
    }

    private static void Title(string title)
    {
        Comparison.Line("");
        Comparison.Line(title);
        Comparison.Line(Machine.Description);
        Comparison.Line("");
    }

    /// <summary>The medians of some runs after one that brings the files into the system's cache.</summary>
    private static Use Child(TemporaryFolder folder, string way, string file, int sessions = 1)
    {
        double[][] runs =
        [
            .. Enumerable.Range(0, Runs + 1).Select(_ => Array.ConvertAll(
                ChildProcess.Run("onnx", way, folder[file], $"{sessions}", folder["pictures"])[^1].Split(' '),
                text => double.Parse(text, CultureInfo.InvariantCulture))).Skip(1),
        ];
        return new Use(Median(0), Median(1), Median(2), Median(3), Median(4));

        double Median(int figure) => runs.Select(run => run[figure]).Order().ElementAt(Runs / 2);
    }

    private sealed record Use(double First, double Resident, double Anonymous, double Peak, double Picture)
    {
        public string Cells => FormattableString.Invariant($"{Resident:0} | {Anonymous:0} | {Peak:0} | {Picture * 1000:0.0}");
    }
}
