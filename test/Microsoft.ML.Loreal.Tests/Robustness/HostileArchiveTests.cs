using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>Archives that somebody made on purpose: every hash is right.</summary>
[TestClass]
public sealed class HostileArchiveTests
{
    // ML.NET's header, then the manifest's length, its JSON and its hash.
    private const int Header = 256;

    [TestMethod]
    [DataRow("\"loreal.json\"", "\"../eal.json\"")]
    [DataRow("\"loreal.json\"", "\"/oreal.json\"")]
    [DataRow("\"loreal.json\"", "\"C:/al.json\"")]
    [DataRow("\"loreal.json\"", "\"a\\\\..\\\\b\"")]
    [DataRow("\"loreal.json\"", "\"\"")]
    [DataRow("\"loreal.json\"", "null")]
    [DataRow("\"prompts.safetensors\"", "\"loreal.json\"")]
    [DataRow("\"Image\"", "\"\"")]
    [DataRow("\"Image\"", "null")]
    [DataRow("\"MaximumPixels\":1000000", "\"MaximumPixels\":-1")]
    [DataRow("\"ImageFormats\":255", "\"ImageFormats\":0")]
    [DataRow("\"ImageFormats\":255", "\"ImageFormats\":256")]
    [DataRow("\"OnInvalidImage\":0", "\"OnInvalidImage\":9")]
    [DataRow("\"Parts\":", "\"Nope\":")]
    [DataRow("\"Settings\":", "\"Settinxs\":")]
    public void AForgedManifestIsRefused(string found, string forged)
    {
        Exception error = LoadError(Rewritten("Model.key", key => Forge(key, found, forged)));
        Assert.IsInstanceOfType<FormatException>(error, error.ToString());
        StringAssert.Contains(error.Message, "settings of the saved LOREAL model");
    }

    [TestMethod]
    public void APartsLengthIsNotBelieved()
    {
        string length = $"\"Length\":{SafetensorsLength()},";
        long before = GC.GetTotalAllocatedBytes();
        Exception error = LoadError(Rewritten("Model.key", key => Forge(key, length, "\"Length\":9E9,".PadRight(length.Length))));
        Assert.IsTrue(error is FormatException or InvalidDataException, error.ToString());
        error = LoadError(Rewritten("Model.key", key => Forge(key, length, "\"Length\":" + new string('9', length.Length - 10) + ",")));
        Assert.IsInstanceOfType<InvalidDataException>(error, error.ToString());
        StringAssert.Contains(error.Message, "prompts.safetensors");
        Assert.IsLessThan(64L << 20, GC.GetTotalAllocatedBytes() - before);
    }

    [TestMethod]
    public void EntriesNeverLeaveTheArchive()
    {
        string name = $"loreal-escaped-{Guid.NewGuid():N}.txt";
        byte[] zip = SmallModel.Zip;
        using var stream = new MemoryStream();
        stream.Write(zip);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            foreach (string path in new[] { $"../{name}", $"../../{name}", $"/tmp/{name}", $"TransformerChain/../../{name}" })
            {
                using Stream entry = archive.CreateEntry(path).Open();
                entry.Write("escaped"u8);
            }
        }

        stream.Position = 0;
        (new MLContext(2).Model.Load(stream, out _) as IDisposable)?.Dispose();
        string here = Environment.CurrentDirectory;
        foreach (string folder in new[] { Path.GetTempPath(), here, Path.GetDirectoryName(here)!, AppContext.BaseDirectory })
        {
            Assert.IsEmpty(Directory.GetFiles(folder, name));
        }
    }

    [TestMethod]
    public void AModelOfANewerVersionIsRefused()
    {
        Exception error = LoadError(Rewritten("Model.key", key =>
        {
            // The model's own version: what wrote it, and what is needed to read it.
            BinaryPrimitives.WriteUInt32LittleEndian(key.AsSpan(0x48), 0x00090000);
            BinaryPrimitives.WriteUInt32LittleEndian(key.AsSpan(0x4C), 0x00090000);
            return key;
        }));
        Assert.IsInstanceOfType<FormatException>(error, error.ToString());
    }

    private static byte[] Forge(byte[] key, string found, string forged)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(key.AsSpan(Header));
        string json = Encoding.UTF8.GetString(key, Header + sizeof(int), length);
        int at = json.IndexOf(found, StringComparison.Ordinal);
        Assert.IsGreaterThanOrEqualTo(0, at, json);
        byte[] changed = Encoding.UTF8.GetBytes(string.Concat(json.AsSpan(0, at), forged, json.AsSpan(at + found.Length)).PadRight(length));
        Assert.HasCount(length, changed, "The positions in the header stay right only where the length does.");
        changed.CopyTo(key, Header + sizeof(int));
        SHA256.HashData(changed).CopyTo(key, Header + sizeof(int) + length);
        return key;
    }

    private static long SafetensorsLength()
    {
        using var archive = new ZipArchive(new MemoryStream(SmallModel.Zip));
        return archive.Entries.Single(entry => entry.Name == "prompts.safetensors").Length;
    }

    private static byte[] Rewritten(string part, Func<byte[], byte[]> change) => SavedZip.Rewrite(SmallModel.Zip, part, change);

    private static Exception LoadError(byte[] zip)
    {
        try
        {
            (new MLContext(2).Model.Load(new MemoryStream(zip), out _) as IDisposable)?.Dispose();
        }
        catch (Exception error)
        {
            // ML.NET wraps what a component throws while it is made.
            while (error is (TargetInvocationException or InvalidOperationException) and { InnerException: { } inner })
            {
                error = inner;
            }

            return error;
        }

        throw new AssertFailedException("The forged model was loaded.");
    }
}
