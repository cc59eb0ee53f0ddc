using System.Diagnostics;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>The SDK's command, and programs that it starts.</summary>
internal static class DotnetCommand
{
    private static readonly string[] _building = ["pack", "build", "publish"];

    /// <summary>Runs it to its end, which must be a success.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public static string Run(string folder, string[] arguments)
    {
        // Servers would stay behind and keep the output open.
        string[] servers = _building.Contains(arguments[0]) ? ["--disable-build-servers", "--nologo"] : [];
        var start = new ProcessStartInfo("dotnet", [.. arguments, .. servers])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"dotnet {string.Join(' ', arguments)}\n{output}\n{errors.Result}");
        return output;
    }
}
