using System.Security.Cryptography;

namespace Microsoft.ML.Loreal.Files;

/// <summary>The content of a small file.</summary>
internal sealed class MemoryContent(byte[] bytes) : FileContent
{
    private readonly Lazy<string> _sha256 = new(() => Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>The content itself, which nobody writes to.</summary>
    public byte[] Bytes => bytes;

    public override string Sha256 => _sha256.Value;

    public override Stream Open() => new MemoryStream(bytes, writable: false);

    public override void Verify()
    {
        // Nobody writes to the bytes.
    }
}
