using System.Diagnostics;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Smallest, median and largest wall time of repeated runs, in seconds.</summary>
internal sealed record Timing(double Min, double Median, double Max, int Runs)
{
    // A GPU is so fast that more runs cost little.
    private static readonly int _times = BenchmarkDevice.IsGpu ? 10 : 1;

    public static Timing Of(int runs, Action work) => Of(Seconds(runs, work));

    /// <summary>The seconds of every run after a warm-up.</summary>
    public static double[] Seconds(int runs, Action work)
    {
        work(); // caches, lazy loading, the thread pool
        return [.. Enumerable.Range(0, runs).Select(_ => Seconds(work))];
    }

    /// <summary>
    /// As many runs, at most <paramref name="most"/> (ten times as many on a GPU), as the time allows. The first one is a warm-up, unless
    /// it alone takes twice that.
    /// </summary>
    public static Timing Within(double seconds, int most, Action work)
    {
        double first = Seconds(work);
        if (first >= 2 * seconds)
        {
            return Of([first]);
        }

        var times = new List<double>();
        while (times.Count == 0 || (times.Count < most * _times && times.Sum() < seconds))
        {
            times.Add(Seconds(work));
        }

        return Of([.. times]);
    }

    /// <summary>Two ways by turns, after a warm-up of each, so that what else the machine does meets both.</summary>
    public static (Timing First, Timing Second) ByTurns(int runs, Action first, Action second)
    {
        first();
        second();
        double[][] turns = [.. Enumerable.Range(0, runs * _times).Select(_ => new[] { Seconds(first), Seconds(second) })];
        return (Of([.. turns.Select(turn => turn[0])]), Of([.. turns.Select(turn => turn[1])]));
    }

    public static Timing Of(double[] seconds)
    {
        Array.Sort(seconds);
        return new Timing(seconds[0], seconds[seconds.Length / 2], seconds[^1], seconds.Length);
    }

    public Timing Times(double factor) => new(Min * factor, Median * factor, Max * factor, Runs);

    private static double Seconds(Action work)
    {
        BenchmarkDevice.Synchronize();
        var watch = Stopwatch.StartNew();
        work();
        BenchmarkDevice.Synchronize();
        return watch.Elapsed.TotalSeconds;
    }
}
