using System.Globalization;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>What a process holds in memory, in megabytes of 1,024 x 1,024 bytes, as Linux counts it.</summary>
internal static class ResidentMemory
{
    /// <summary>At this moment.</summary>
    public static double Now => Of("self", "VmRSS:");

    /// <summary>At this moment, without pages of files, which the system takes back where it needs them.</summary>
    public static double Anonymous => Of("self", "RssAnon:");

    /// <summary>The most since this process started.</summary>
    public static double Peak => Of("self", "VmHWM:");

    /// <summary>Of another process, at this moment.</summary>
    public static double Of(int process) => Of(process.ToString(CultureInfo.InvariantCulture), "VmRSS:");

    private static double Of(string process, string field)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.AsSpan(field.Length, line.Length - field.Length - "kB".Length), CultureInfo.InvariantCulture) / 1024;
    }
}
