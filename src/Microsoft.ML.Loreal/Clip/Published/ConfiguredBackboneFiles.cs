using System.Security.Cryptography;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>The files of a backbone that has no configuration, with the one that was inferred and asked for.</summary>
internal sealed class ConfiguredBackboneFiles(IBackboneFiles files, ClipConfig config) : IBackboneFiles
{
    private readonly byte[] _config = ClipConfigWriter.Write(config);

    public string Description => files.Description;

    public IEnumerable<string> Names => [.. files.Names, BackboneContents.ConfigFile];

    public bool Exists(string name) => name == BackboneContents.ConfigFile || files.Exists(name);

    public Stream Open(string name) =>
        name == BackboneContents.ConfigFile ? new MemoryStream(_config, writable: false) : files.Open(name);

    public string Sha256(string name) => name == BackboneContents.ConfigFile
        ? Convert.ToHexStringLower(SHA256.HashData(_config))
        : files.Sha256(name);

    public void Verify(string name)
    {
        if (name != BackboneContents.ConfigFile)
        {
            files.Verify(name);
        }
    }
}
