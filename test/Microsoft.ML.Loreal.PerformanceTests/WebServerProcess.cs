using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>The web sample as a process of its own, on a free port of this machine.</summary>
internal sealed class WebServerProcess : IDisposable
{
    private const string Announcement = "Now listening on: ";

    private readonly Process _process;

    public WebServerProcess(string model)
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "WebScoring"), ["--model", model, "--url", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        Address = new Uri(ReadAddress());
        // What it says later is not of interest, but must not fill the pipe.
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    public Uri Address { get; }

    /// <summary>Megabytes.</summary>
    public double ResidentMemory => PerformanceTests.ResidentMemory.Of(_process.Id);

    /// <summary>Of processor time, so far.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string ReadAddress()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            int at = line.IndexOf(Announcement, StringComparison.Ordinal);
            if (at >= 0)
            {
                return line[(at + Announcement.Length)..].Trim();
            }
        }

        _process.WaitForExit();
        throw new InvalidOperationException(
            string.Create(CultureInfo.InvariantCulture, $"The web sample ended with exit code {_process.ExitCode}."));
    }
}
