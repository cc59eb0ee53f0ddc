using Microsoft.ML.Loreal.PerformanceTests;

var benchmarks = new Dictionary<string, (string What, Action Run)>
{
    ["blas"] = ("GFLOP/s of one matrix product", BlasBenchmark.Run),
    ["distillation"] = ("a step of stage 3, against the published way", DistillationBenchmark.Run),
    ["scoring"] = ("scoring images in memory, against the published way", ScoringBenchmark.Run),
    ["towers"] = ("image and text tower, against PyTorch where a Python with torch is installed", TowersBenchmark.Run),
    ["epoch"] = ("an epoch of training with and without the feature cache", EpochBenchmark.Run),
    ["regions"] = ("PromptKD with the teacher in every epoch, cached, and looked up in a region table; the table against K", RegionsBenchmark.Run),
    ["input"] = ("one picture on one thread: read, decode, resize, normalise", InputBenchmark.Run),
    ["folder"] = ("Transform over 2,000 JPEG files, against the model on tensors in memory", FolderBenchmark.Run),
    ["coldstart"] = ("from the start of a process to its first prediction", ColdStartBenchmark.Run),
    ["memory"] = ("peak memory of each way, and 10,000 predictions in a loop", MemoryBenchmark.Run),
    ["reliability"] = ("long loops of loading, predicting, disposing: right answers and flat memory", ReliabilityBenchmark.Run),
    ["methods"] = ("what each prompt method learns and costs, with and without LOREAL", MethodsBenchmark.Run),
    ["web"] = ("the web sample under load from this machine: latency, errors, memory", WebBenchmark.Run),
    ["gpu"] = ("a GPU's image tower, distillation step, scoring, and what LOREAL adds; \"gpu small\" is a try of it that a processor finishes in a minute", () => GpuBenchmark.Run(BenchmarkModel.VitB16)),
    ["precision"] = ("scoring and the distillation step in bfloat16, and half where there is one, against single precision; \"precision widths\" tells from which width of the towers on bfloat16 gains", PrecisionBenchmark.Run),
    ["growth"] = ("the cost of scoring by classes and by images; writes performance.svg here", GrowthBenchmark.Run),
};

switch (args)
{
    case [ChildProcess.Verb, "memory", var size, var work, var images, var classes, var way]:
        MemoryBenchmark.MeasureWork(size, work, images, classes, way);
        return 0;
    case [ChildProcess.Verb, "methods", var method, var way]:
        MethodsBenchmark.Measure(method, way);
        return 0;
    case [ChildProcess.Verb, "towers", var size, var tower, var batch, var length]:
        TowersBenchmark.Measure(size, tower, batch, length);
        return 0;
    case [ChildProcess.Verb, "flat"]:
        MemoryBenchmark.MeasureFlat();
        return 0;
    case [ChildProcess.Verb, "reliability", var loop]:
        ReliabilityBenchmark.Measure(loop);
        return 0;
    case ["precision", "widths"]:
        PrecisionBenchmark.Widths();
        return 0;
    case ["gpu", "small"]:
        GpuBenchmark.Run(BenchmarkModel.Small);
        return 0;
    case [ChildProcess.Verb, "coldstart", var model, var image]:
        ColdStartBenchmark.Measure(model, image);
        return 0;
}

if (args.Length == 1 && benchmarks.TryGetValue(args[0], out (string What, Action Run) benchmark))
{
    benchmark.Run();
    return 0;
}

foreach ((string? name, (string? what, Action _)) in benchmarks)
{
    Console.WriteLine($"{name,-12} {what}");
}

return args.Length == 0 ? 0 : 2;
