using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.Loreal.Files;

/// <summary>A file that is open, and how it was then. Its handle closes with the last that knows it.</summary>
internal sealed record OpenedFile(SafeFileHandle Handle, long Length, DateTime Written)
{
    /// <summary>Whether nobody wrote to it, as far as its time and length tell.</summary>
    public bool IsUnchanged => Of(Handle) == this;

    /// <summary>Opens a file, which others may go on to write, rename and delete.</summary>
    public static OpenedFile Open(string path) =>
        Of(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    /// <summary>Opens a file; null where it cannot be.</summary>
    public static OpenedFile? TryOpen(string path)
    {
        try
        {
            return Open(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A file as it is now.</summary>
    public static OpenedFile Of(SafeFileHandle handle) =>
        new(handle, RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
}
