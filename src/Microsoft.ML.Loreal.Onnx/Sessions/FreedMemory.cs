using System.Runtime.InteropServices;

namespace Microsoft.ML.Loreal.Sessions;

/// <summary>
/// What native code has freed. glibc keeps it for the process: of a model that holds its weights itself, more than half of their size stays
/// behind when it is opened.
/// </summary>
internal static class FreedMemory
{
    /// <summary>Gives it back to the system, where the C library is glibc; others do so by themselves.</summary>
    public static void Return()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = TrimHeap(0);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library.
        }
    }

    [DllImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static extern int TrimHeap(nuint kept);
}
