namespace Microsoft.ML.Loreal.Clip;

/// <summary>The files of a backbone in a folder.</summary>
internal sealed class FolderBackboneFiles(string folder) : IBackboneFiles
{
    public string Description => $"the folder '{folder}'";

    public IEnumerable<string> Names => Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path));

    public bool Exists(string name) => File.Exists(Path.Combine(folder, name));

    public Stream Open(string name) =>
        new FileStream(Path.Combine(folder, name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
}
