namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>A folder that is deleted with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("loreal-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
