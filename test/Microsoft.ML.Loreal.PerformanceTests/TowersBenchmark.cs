using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Each tower against the same operators in PyTorch, where a Python with torch is installed.</summary>
internal static class TowersBenchmark
{
    private const int Runs = 7;

    public static void Run()
    {
        var python = Python();
        if (python is null)
        {
            Comparison.Line("No Python with torch was found (Debian: python3-torch); the alternative's columns stay empty.");
        }

        var table = new Comparison("Towers, the same operators in PyTorch", "ours", python is null ? "PyTorch" : $"PyTorch {python.Value.Version}");
        foreach (var size in BenchmarkModel.All)
        {
            using var model = size.Create();
            var config = size.Config;
            foreach (var images in new[] { 1, 8 })
            {
                foreach (var side in new[] { size.LowResolution, config.ImageResolution })
                {
                    using var pixels = BenchmarkModel.Pixels(images, side);
                    Measure(
                        $"{size.Name}, image tower, {side} px, B={images}",
                        () => model.EncodeImage(pixels),
                        ["image", images, side, config.PatchSize, config.VisionWidth, config.VisionHeads, config.VisionLayers, config.EmbedDimension]);
                }
            }

            foreach (var texts in new[] { 1, 20 })
            {
                using var embeddings = randn(texts, config.ContextLength, config.TextWidth, device: BenchmarkDevice.Current);
                using var ends = full([texts], config.ContextLength - 1, ScalarType.Int64, device: BenchmarkDevice.Current);
                Measure(
                    $"{size.Name}, text tower, {config.ContextLength} tokens, N={texts}",
                    () => model.Text.Forward(embeddings, ends),
                    ["text", texts, config.ContextLength, 1, config.TextWidth, config.TextHeads, config.TextLayers, config.EmbedDimension]);
            }
        }

        void Measure(string name, Func<Tensor> work, object[] arguments)
        {
            // Half of PyTorch's runs before ours and half after them, so that what else the machine does hits both alike.
            var before = python is null ? [] : PyTorch(python.Value.Program, arguments);
            using var inference = inference_mode();
            var ours = Timing.Of(2 * Runs, () =>
            {
                using var result = work();
            });
            var after = python is null ? [] : PyTorch(python.Value.Program, arguments);
            table.Add(name, ours, python is null ? null : Timing.Of([.. before, .. after]));
        }
    }

    private static double[] PyTorch(string program, object[] arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "towers.py");
        var texts = arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!).ToList();
        texts.Insert(3, Runs.ToString(CultureInfo.InvariantCulture));
        texts.Add(get_num_threads().ToString(CultureInfo.InvariantCulture));
        texts.Add(BenchmarkDevice.IsGpu ? "cuda" : "cpu");
        var output = Output(program, [script, .. texts]) ?? throw new InvalidOperationException($"{script} failed; run it by hand to see why.");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }

    /// <summary>A Python that has torch: the one of LOREAL_PYTHON, the system's, or the first on the path.</summary>
    private static (string Program, string Version)? Python()
    {
        foreach (var program in new[] { Environment.GetEnvironmentVariable("LOREAL_PYTHON"), "/usr/bin/python3", "python3" })
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
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
