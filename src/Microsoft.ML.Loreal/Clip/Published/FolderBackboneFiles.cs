using System.Collections.Concurrent;
using Microsoft.ML.Loreal.Files;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>
/// The files of a backbone in a folder. What was opened once can be opened again, even if the folder is deleted, moved or filled otherwise.
/// </summary>
internal sealed class FolderBackboneFiles(string folder, long mostInMemory = FileContent.MostInMemory) : IBackboneFiles
{
    private readonly ConcurrentDictionary<string, FileContent> _opened = new(StringComparer.Ordinal);

    public string Description => $"the folder '{folder}'";

    public IEnumerable<string> Names => Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path));

    public bool Exists(string name) => _opened.ContainsKey(name) || File.Exists(Path.Combine(folder, name));

    public Stream Open(string name) => Content(name).Open();

    public string Sha256(string name) => Content(name).Sha256;

    public void Verify(string name) => Content(name).Verify();

    private FileContent Content(string name) =>
        _opened.GetOrAdd(name, unopened => FileContent.Open(Path.Combine(folder, unopened), mostInMemory));
}
