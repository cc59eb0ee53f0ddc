using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Each tower against the same operators in PyTorch, where a Python with torch is installed.</summary>
internal static class TowersBenchmark
{
    // Each side runs in processes of its own, in turns: where the system puts a process's memory and threads alone can make a fifth of the
    // time.
    private const int Processes = 3;
    private const int RunsOfEach = 5;

    public static void Run(IReadOnlyList<BenchmarkModel> sizes)
    {
        (string Program, string Version)? python = Python();
        if (python is null)
        {
            Comparison.Line("No Python with torch was found (Debian: python3-torch); the alternative's columns stay empty.");
        }

        var table = new Comparison(
            "Towers, the same operators in PyTorch", "ours", python is null ? "PyTorch" : $"PyTorch {python.Value.Version}");
        foreach (BenchmarkModel size in sizes)
        {
            ClipConfig config = size.Config;
            (int patch, int joint) = (config.PatchSize, config.EmbedDimension);
            foreach (int images in new[] { 1, 8 })
            {
                foreach (int side in new[] { size.LowResolution, config.ImageResolution })
                {
                    Compare(
                        $"{size.Name}, image tower, {side} px, B={images}",
                        [size.Name, "image", images, side],
                        ["image", images, side, RunsOfEach, patch, config.VisionWidth, config.VisionHeads, config.VisionLayers, joint]);
                }
            }

            foreach (int texts in new[] { 1, 20 })
            {
                Compare(
                    $"{size.Name}, text tower, {config.ContextLength} tokens, N={texts}",
                    [size.Name, "text", texts, config.ContextLength],
                    ["text", texts, config.ContextLength, RunsOfEach, 1, config.TextWidth, config.TextHeads, config.TextLayers, joint]);
            }
        }

        void Compare(string name, object[] ourArguments, object[] pythonArguments)
        {
            (List<double> ours, List<double> theirs) = (new List<double>(), new List<double>());
            for (int turn = 0; turn < Processes; turn++)
            {
                ours.AddRange(Seconds(ChildProcess.Run(["towers", .. Texts(ourArguments)])));
                if (python is not null)
                {
                    theirs.AddRange(PyTorch(python.Value.Program, pythonArguments));
                }
            }

            table.Add(name, Timing.Of([.. ours]), python is null ? null : Timing.Of([.. theirs]));
        }
    }

    /// <summary>In the child: prints the seconds of every run.</summary>
    public static void Measure(BenchmarkModel size, string tower, int count, int tokens)
    {
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = size.Create();
        Tensor input = tower == "image"
            ? BenchmarkModel.Pixels(count, tokens)
            : randn(count, tokens, size.Config.TextWidth, device: BenchmarkDevice.Current);
        Tensor ends = full([count], tokens - 1, ScalarType.Int64, device: BenchmarkDevice.Current);
        Func<Tensor> work = tower == "image" ? () => model.EncodeImage(input) : () => model.Text.Forward(input, ends);
        foreach (double seconds in Timing.Seconds(RunsOfEach, () => work().Dispose()))
        {
            Console.WriteLine(seconds.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private static IEnumerable<double> PyTorch(string program, object[] arguments)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "towers.py");
        string[] texts = [script, .. Texts(arguments), .. Texts([get_num_threads(), BenchmarkDevice.IsGpu ? "cuda" : "cpu"])];
        string output = Output(program, texts) ?? throw new InvalidOperationException($"{script} failed; run it by hand to see why.");
        return Seconds(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static IEnumerable<string> Texts(object[] arguments) =>
        arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!);

    private static IEnumerable<double> Seconds(IEnumerable<string> lines) =>
        lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture));

    /// <summary>A Python that has torch: the one of LOREAL_PYTHON, the system's, or the first on the path.</summary>
    private static (string Program, string Version)? Python()
    {
        foreach (string? program in new[] { Environment.GetEnvironmentVariable("LOREAL_PYTHON"), "/usr/bin/python3", "python3" })
        {
            if (program is not null && Output(program, ["-c", "import torch; print(torch.__version__)"])?.Trim() is { Length: > 0 } version)
            {
                return (program, version);
            }
        }

        return null;
    }

    private static string? Output(string program, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
