using System.Diagnostics;

namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

/// <summary>A disk that is quickly full, mounted while a test runs.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Mounts it; null where that is not allowed or not possible.</summary>
    public static SmallDisk? TryMount(string folder, string size)
    {
        Directory.CreateDirectory(folder);
        return OperatingSystem.IsLinux()
            && Environment.IsPrivilegedProcess
            && Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder)
            ? new SmallDisk(folder)
            : null;
    }

    /// <summary>Writes a file that leaves no room.</summary>
    public void Fill(string path)
    {
        Assert.StartsWith(_folder, path);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                stream.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    public void Dispose() => Assert.IsTrue(Run("umount", _folder), $"{_folder} is still mounted.");

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
