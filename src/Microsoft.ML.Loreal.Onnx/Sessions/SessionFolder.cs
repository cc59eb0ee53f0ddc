namespace Microsoft.ML.Loreal.Sessions;

/// <summary>
/// A folder among the system's temporary files that is deleted when it is disposed. A file that a session has mapped lives on without its
/// name, but for Windows, where it is deleted with the process.
/// </summary>
internal sealed class SessionFolder : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("loreal-onnx-").FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => TryDelete();
        }
    }

    private void TryDelete()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The system's own cleaning of temporary files is left to do it.
        }
    }
}
