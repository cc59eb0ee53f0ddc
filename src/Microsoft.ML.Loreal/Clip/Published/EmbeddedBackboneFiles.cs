using System.Security.Cryptography;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>The files of the backbone that comes with the package.</summary>
internal sealed class EmbeddedBackboneFiles : IBackboneFiles
{
    private const string Prefix = "DefaultBackbone/";

    public string Description => "the backbone embedded in Microsoft.ML.Loreal";

    public IEnumerable<string> Names => typeof(EmbeddedBackboneFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(name => name[Prefix.Length..]);

    public bool Exists(string name) => typeof(EmbeddedBackboneFiles).Assembly.GetManifestResourceInfo(Prefix + name) is not null;

    public Stream Open(string name) => typeof(EmbeddedBackboneFiles).Assembly.GetManifestResourceStream(Prefix + name)
        ?? throw new FileNotFoundException($"{Description} has no file '{name}'.", name);

    public string Sha256(string name)
    {
        using Stream stream = Open(name);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    public void Verify(string name)
    {
        // Nobody writes to a loaded assembly.
    }
}
