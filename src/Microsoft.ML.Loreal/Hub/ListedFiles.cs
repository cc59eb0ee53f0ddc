using Microsoft.ML.Loreal.Clip.Published;

namespace Microsoft.ML.Loreal.Hub;

/// <summary>The files that a repository has, of which the snapshot holds those that were downloaded already.</summary>
internal sealed class ListedFiles(HubModel model, IReadOnlyList<string> names, string snapshot) : IBackboneFiles
{
    private readonly FolderBackboneFiles _downloaded = new(snapshot);

    public string Description => model.ToString();

    public IEnumerable<string> Names => names;

    public bool Exists(string name) => names.Contains(name);

    public Stream Open(string name) => _downloaded.Open(name);

    public string Sha256(string name) => _downloaded.Sha256(name);

    public void Verify(string name) => _downloaded.Verify(name);
}
