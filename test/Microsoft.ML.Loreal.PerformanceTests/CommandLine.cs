using System.CommandLine;

namespace Microsoft.ML.Loreal.PerformanceTests;

using Command = System.CommandLine.Command; // in here, where ML.NET's namespace of this name is nearer

/// <summary>A command for each benchmark.</summary>
internal static class CommandLine
{
    private static readonly Option<string?> _size = Size(
        "The model's sizes to measure, where not both.", BenchmarkModel.VitB16Name, BenchmarkModel.DefaultName);

    private static readonly Command[] _benchmarks =
    [
        Benchmark("blas", "GFLOP/s of one matrix product", BlasBenchmark.Run),
        Benchmark("distillation", "a step of stage 3, against the published way", DistillationBenchmark.Run),
        Benchmark("scoring", "scoring images in memory, against the published way", ScoringBenchmark.Run),
        Benchmark("towers", "image and text tower, against PyTorch where a Python with torch is installed", TowersBenchmark.Run),
        Benchmark("epoch", "an epoch of training with and without the feature cache", EpochBenchmark.Run),
        Benchmark(
            "regions",
            "PromptKD with the teacher in every epoch, cached, and looked up in a region table; the table against K",
            RegionsBenchmark.Run),
        Benchmark("input", "one picture on one thread: read, decode, resize, normalize", InputBenchmark.Run),
        Benchmark("folder", "Transform over 2,000 JPEG files, against the model on tensors in memory", FolderBenchmark.Run),
        Benchmark("coldstart", "from the start of a process to its first prediction", ColdStartBenchmark.Run),
        Benchmark("memory", "peak memory of each way, and 10,000 predictions in a loop", MemoryBenchmark.Run),
        Benchmark("shared", "peak memory of cross-validation and of two loaded models over one backbone", SharedBackboneBenchmark.Run),
        Reliability(),
        Onnx(),
        Benchmark("methods", "what each prompt method learns and costs, with and without LOREAL", MethodsBenchmark.Run),
        Benchmark("web", "the web sample under load from this machine: latency, errors, memory", WebBenchmark.Run),
        Gpu(),
        Precision(),
        Benchmark("growth", "the cost of scoring by classes and by images; writes performance.svg here", GrowthBenchmark.Run),
    ];

    public static int Run(string[] arguments)
    {
        var root = new RootCommand("Measures. Without a name it lists the benchmarks.");
        Array.ForEach(_benchmarks, root.Add);
        root.SetAction(_ => Array.ForEach(_benchmarks, benchmark => Console.WriteLine($"{benchmark.Name,-12} {benchmark.Description}")));
        return root.Parse(arguments).Invoke();
    }

    private static Command Reliability()
    {
        var loop = new Option<string?>("--loop") { Description = "The one loop to run." };
        loop.AcceptOnlyFromAmong([.. ReliabilityBenchmark.Loops]);
        var command = new Command("reliability", "long loops of loading, predicting, disposing: right answers and flat memory") { loop };
        command.SetAction(arguments => ReliabilityBenchmark.Run(arguments.GetValue(loop) is { } one ? [one] : ReliabilityBenchmark.Loops));
        return command;
    }

    private static Command Gpu()
    {
        Option<string?> size = Size(
            "The model's sizes; with the small ones it is a try that a processor finishes in a minute.",
            BenchmarkModel.VitB16Name,
            BenchmarkModel.SmallName);
        size.DefaultValueFactory = _ => BenchmarkModel.VitB16Name;
        var command = new Command("gpu", "a GPU's image tower, distillation step, scoring, and what LOREAL adds") { size };
        command.SetAction(arguments => GpuBenchmark.Run(BenchmarkModel.Named(arguments.GetValue(size)!)));
        return command;
    }

    private static Command Onnx()
    {
        Command command = Benchmark(
            "onnx",
            "scoring with an exported ONNX file, against libtorch in the same process; \"onnx agreement\" tells how far the scores differ, "
            + "\"onnx accuracy\" what an export costs, \"onnx process\" tells of start and memory",
            OnnxBenchmark.Run);
        Option<int[]> classes = Counts("--classes", "Numbers of classes.", OnnxAgreement.Usual.Classes);
        Option<int[]> images = Counts("--images", "Numbers of images.", OnnxAgreement.Usual.Images);
        var agreement = new Command("agreement", "how far the scores of every method differ") { _size, classes, images };
        agreement.SetAction(arguments =>
        {
            foreach (BenchmarkModel size in arguments.GetValue(_size) is { } one ? [BenchmarkModel.Named(one)] : BenchmarkModel.All)
            {
                OnnxAgreement.Run(size, arguments.GetValue(classes)!, arguments.GetValue(images)!);
            }
        });
        command.Add(agreement);
        Option<int[]> resolutions = Counts("--resolutions", "Sides in pixels.", [72, 48]);
        var accuracy = new Command("accuracy", "what each way to export costs in accuracy, on the demo's pictures") { resolutions };
        accuracy.SetAction(arguments => OnnxAccuracyBenchmark.Run(arguments.GetValue(resolutions)!));
        command.Add(accuracy);
        command.Add(Benchmark(
            "process", "start to first prediction and memory in a process of its own, and with two sessions", OnnxProcessBenchmark.Run));
        return command;
    }

    private static Option<int[]> Counts(string name, string description, int[] usual) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => usual,
    };

    private static Command Precision()
    {
        Command command = Benchmark(
            "precision",
            "scoring and the distillation step in bfloat16, and half where there is one, against single precision; "
            + "\"precision widths\" tells from which width of the towers on bfloat16 gains",
            PrecisionBenchmark.Run);
        command.Add(Benchmark("widths", "from which width of the towers on bfloat16 gains", PrecisionBenchmark.Widths));
        return command;
    }

    private static Command Benchmark(string name, string description, Action run)
    {
        var command = new Command(name, description);
        command.SetAction(_ => run());
        return command;
    }

    /// <summary>A benchmark that measures models of several sizes, or of one.</summary>
    private static Command Benchmark(string name, string description, Action<IReadOnlyList<BenchmarkModel>> run)
    {
        var command = new Command(name, description) { _size };
        command.SetAction(arguments => run(arguments.GetValue(_size) is { } one ? [BenchmarkModel.Named(one)] : BenchmarkModel.All));
        return command;
    }

    private static Option<string?> Size(string description, params string[] names)
    {
        var option = new Option<string?>("--size") { Description = description };
        option.AcceptOnlyFromAmong(names);
        return option;
    }
}
