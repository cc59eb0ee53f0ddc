using System.Diagnostics;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>This program run again for one measurement that needs a process of its own.</summary>
internal static class ChildProcess
{
    /// <summary>The word before the measurement's name on the child's command line.</summary>
    public const string Verb = "measure";

    /// <summary>Runs the measurement and gives the lines that it printed.</summary>
    public static string[] Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.ArgumentList.Add(Verb);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"The measurement {string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
    }
}
