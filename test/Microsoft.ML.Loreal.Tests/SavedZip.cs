using System.IO.Compression;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>Changes to the zip of a saved model.</summary>
internal static class SavedZip
{
    /// <summary>The zip with another content of one part, or without the part where that is null.</summary>
    public static byte[] Rewrite(byte[] zip, string part, Func<byte[], byte[]?> change)
    {
        using var stream = new MemoryStream();
        stream.Write(zip);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            ZipArchiveEntry entry = archive.Entries.Single(
                candidate => candidate.FullName.Replace('\\', '/') == $"TransformerChain/{part}");
            string name = entry.FullName;
            byte[] content = new byte[entry.Length];
            using (Stream source = entry.Open())
            {
                source.ReadExactly(content);
            }

            entry.Delete();
            if (change(content) is { } changed)
            {
                using Stream target = archive.CreateEntry(name).Open();
                target.Write(changed);
            }
        }

        return stream.ToArray();
    }
}
