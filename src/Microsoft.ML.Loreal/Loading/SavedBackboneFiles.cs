using Microsoft.ML.Loreal.Clip.Published;
using Microsoft.ML.Loreal.Files;

namespace Microsoft.ML.Loreal.Loading;

/// <summary>The files of a backbone that came out of a saved model.</summary>
internal sealed class SavedBackboneFiles(IReadOnlyDictionary<string, FileContent> files) : IBackboneFiles
{
    public string Description => "the backbone in the saved model";

    public IEnumerable<string> Names => files.Keys;

    public bool Exists(string name) => files.ContainsKey(name);

    public Stream Open(string name) => files[name].Open();

    public string Sha256(string name) => files[name].Sha256;

    public void Verify(string name) => files[name].Verify();
}
