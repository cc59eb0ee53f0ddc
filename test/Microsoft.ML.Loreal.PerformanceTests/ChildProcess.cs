using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>This program run again for one measurement that needs a process of its own.</summary>
internal static class ChildProcess
{
    /// <summary>The first word on the child's command line.</summary>
    public const string Verb = "measure";

    /// <summary>Runs a measurement and gives the lines that it printed.</summary>
    public static string[] Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Verb, .. arguments]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException(
                $"The measurement {string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
    }

    /// <summary>In the child: what <see cref="Run"/> asked for.</summary>
    public static int Measure(string[] arguments)
    {
        switch (arguments)
        {
            case ["coldstart", var zip, var image]:
                ColdStartBenchmark.Measure(zip, image);
                break;
            case ["flat"]:
                MemoryBenchmark.MeasureFlat();
                break;
            case ["folds", var backbone, var folds]:
                SharedBackboneBenchmark.MeasureFolds(backbone, Number(folds));
                break;
            case ["memory", var size, var work, var images, var classes, var way]:
                MemoryBenchmark.MeasureWork(BenchmarkModel.Named(size), work, Number(images), Number(classes), way);
                break;
            case ["methods", var method, var way]:
                MethodsBenchmark.Measure(method, way);
                break;
            case ["onnx", var way, var path, var sessions, var pictures]:
                OnnxProcessBenchmark.Measure(way, path, Number(sessions), pictures);
                break;
            case ["reliability", var loop]:
                ReliabilityBenchmark.Measure(loop);
                break;
            case ["towers", var size, var tower, var batch, var length]:
                TowersBenchmark.Measure(BenchmarkModel.Named(size), tower, Number(batch), Number(length));
                break;
            case ["zips", var zip, var count]:
                SharedBackboneBenchmark.MeasureZips(zip, Number(count));
                break;
            default:
                throw new ArgumentException($"'{string.Join(' ', arguments)}' is no measurement.", nameof(arguments));
        }

        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
