using System.Security.Cryptography;

namespace Microsoft.ML.Loreal.TestKit;

/// <summary>The files of a backbone in memory.</summary>
internal sealed class MemoryBackboneFiles(string description, IReadOnlyDictionary<string, byte[]> files) : IBackboneFiles
{
    public string Description => description;

    public IEnumerable<string> Names => files.Keys;

    public bool Exists(string name) => files.ContainsKey(name);

    public Stream Open(string name) => files.TryGetValue(name, out byte[]? content)
        ? new MemoryStream(content, writable: false)
        : throw new FileNotFoundException($"{Description} has no file '{name}'.", name);

    public string Sha256(string name)
    {
        using Stream stream = Open(name);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    public void Verify(string name)
    {
        // Nobody else has the bytes.
    }
}
