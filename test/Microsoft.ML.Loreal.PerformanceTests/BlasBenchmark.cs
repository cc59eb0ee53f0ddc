using Spectre.Console;
using TorchSharp;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Everything on a CPU is matrix products; a reference BLAS makes all of it 40 times slower.</summary>
internal static class BlasBenchmark
{
    public static void Run()
    {
        var table = new Table { Title = new TableTitle($"Matrix product in fp32, {torch.get_num_threads()} threads, {BenchmarkDevice.Description}") };
        table.AddColumn("size");
        foreach (var column in new[] { "min", "median", "max" })
        {
            table.AddColumn(new TableColumn($"GFLOP/s ({column} time)").RightAligned());
        }

        foreach (var size in new[] { 256, 1024, 2048 })
        {
            using var scope = torch.NewDisposeScope();
            var a = torch.rand(size, size, device: BenchmarkDevice.Current);
            var b = torch.rand(size, size, device: BenchmarkDevice.Current);
            var timing = Timing.Of(9, () =>
            {
                using var product = a.matmul(b);
            });
            var operations = 2.0 * size * size * size / 1e9;
            table.AddRow(
                $"{size} x {size}",
                $"{operations / timing.Min:F0}",
                $"{operations / timing.Median:F0}",
                $"{operations / timing.Max:F0}");
        }

        AnsiConsole.Write(table);
        var loaded = File.Exists("/proc/self/maps")
            ? File.ReadLines("/proc/self/maps").Select(line => Path.GetFileName(line.Split(' ')[^1])).Where(name => name.Contains("blas")).Distinct()
            : [];
        AnsiConsole.MarkupLineInterpolated($"BLAS libraries loaded: {string.Join(", ", loaded)}");
    }
}
