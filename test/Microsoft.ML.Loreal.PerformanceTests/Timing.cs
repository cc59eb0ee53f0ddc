using System.Diagnostics;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Smallest, median and largest wall time of repeated runs, in seconds.</summary>
internal sealed record Timing(double Min, double Median, double Max)
{
    public static Timing Of(int runs, Action work)
    {
        work(); // warm-up: caches, lazy loading, the thread pool
        var seconds = new double[runs];
        for (var i = 0; i < runs; i++)
        {
            var watch = Stopwatch.StartNew();
            work();
            seconds[i] = watch.Elapsed.TotalSeconds;
        }

        Array.Sort(seconds);
        return new Timing(seconds[0], seconds[runs / 2], seconds[^1]);
    }
}
