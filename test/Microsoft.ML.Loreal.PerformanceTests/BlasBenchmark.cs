using Spectre.Console;
using TorchSharp;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Nearly everything is matrix products: the rate that everything else is to be seen against.</summary>
internal static class BlasBenchmark
{
    public static void Run()
    {
        var table = new Table
        {
            Title = new TableTitle($"Matrix product in fp32, {torch.get_num_threads()} threads, {BenchmarkDevice.Description}"),
        };
        table.AddColumn("size");
        foreach (string column in new[] { "min", "median", "max" })
        {
            table.AddColumn(new TableColumn($"GFLOP/s ({column} time)").RightAligned());
        }

        foreach (int size in new[] { 256, 1024, 2048 })
        {
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor a = torch.rand(size, size, device: BenchmarkDevice.Current);
            torch.Tensor b = torch.rand(size, size, device: BenchmarkDevice.Current);
            var timing = Timing.Of(9, () =>
            {
                using torch.Tensor product = a.matmul(b);
            });
            double operations = 2.0 * size * size * size / 1e9;
            table.AddRow(
                $"{size} x {size}",
                $"{operations / timing.Min:F0}",
                $"{operations / timing.Median:F0}",
                $"{operations / timing.Max:F0}");
        }

        AnsiConsole.Write(table);
    }
}
