using System.Reflection;
using TorchSharp;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>What a figure must be quoted with.</summary>
internal static class Machine
{
    public static string Description { get; } =
        $"{Processor()}, {Environment.ProcessorCount} processors, {torch.get_num_threads()} torch threads, libtorch {torch.__version__}, "
        + $"{BenchmarkDevice.Description}, commit {Commit()}, "
        + $"load of the last minute when it began: {Load()}";

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor"
        : "unknown processor";

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>The build writes it behind the version.</summary>
    private static string Commit()
    {
        string? version = typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return version?.Split('+') is [_, { Length: >= 7 } commit] ? commit[..7] : "unknown";
    }
}
