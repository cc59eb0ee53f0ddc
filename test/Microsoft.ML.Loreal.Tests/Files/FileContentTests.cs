using System.Security.Cryptography;

namespace Microsoft.ML.Loreal.Tests.Files;

[TestClass]
public sealed class FileContentTests
{
    private static readonly byte[] _bytes = Bytes(1);

    [TestMethod]
    [DataRow(FileContent.MostInMemory)]
    [DataRow(0L)]
    public void TheContentStaysWhateverBecomesOfTheName(long mostInMemory)
    {
        using var folder = new TemporaryFolder();
        foreach (Action change in new Action[]
        {
            () => { },
            () => File.Delete(folder["a"]),
            () => File.Move(folder["a"], folder["b"], overwrite: true),
            () => Replace(folder["a"], Bytes(2)),
        })
        {
            File.WriteAllBytes(folder["a"], _bytes);
            var content = FileContent.Open(folder["a"], mostInMemory);
            change();

            AssertHas(_bytes, content);
            content.Verify();
        }
    }

    [TestMethod]
    public void StreamsHaveTheirOwnPositions()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], _bytes);
        var content = FileContent.Open(folder["a"], 0);
        using Stream first = content.Open();
        using (Stream second = content.Open())
        {
            second.Position = 100_000;
            Assert.AreEqual(_bytes[100_000], second.ReadByte());
            Assert.AreEqual(_bytes[0], first.ReadByte());
            Assert.AreEqual(100_001, second.Position);
            Assert.AreEqual(_bytes.Length - 3, second.Seek(-3, SeekOrigin.End));
            Assert.AreEqual(_bytes.Length - 2, second.Seek(1, SeekOrigin.Current));
            Assert.AreEqual(2, second.Read(new byte[10], 0, 10));
            Assert.AreEqual(-1, second.ReadByte());
            Assert.IsFalse(second.CanWrite);
        }

        Assert.AreEqual(_bytes[1], first.ReadByte());
    }

    [TestMethod]
    public void OverwritingASmallFileChangesNothing()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], _bytes);
        var content = FileContent.Open(folder["a"]);
        File.WriteAllBytes(folder["a"], Bytes(2));

        AssertHas(_bytes, content);
    }

    [TestMethod]
    public void OverwritingAHeldFileIsRefusedWithTheWayOut()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], _bytes);
        var content = FileContent.Open(folder["a"], 0);
        string hash = content.Sha256;
        File.WriteAllBytes(folder["a"], _bytes[..1000]);

        foreach (Action use in new Action[] { () => content.Open(), content.Verify })
        {
            InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(use);
            StringAssert.Contains(error.Message, $"'{folder["a"]}' was overwritten");
            StringAssert.Contains(error.Message, $"it had {_bytes.Length} bytes");
            StringAssert.Contains(error.Message, "now has 1000 bytes");
            StringAssert.Contains(error.Message, hash);
        }
    }

    [TestMethod]
    public void OverwritingBeforeTheHashIsKnownIsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], _bytes);
        var content = FileContent.Open(folder["a"], 0);
        File.WriteAllBytes(folder["a"], _bytes[..1000]);
        File.SetLastWriteTimeUtc(folder["a"], DateTime.UtcNow.AddMinutes(1));

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => content.Sha256);
        StringAssert.Contains(error.Message, "Open it again");
    }

    [TestMethod]
    public void TouchingBeforeTheHashIsKnownDoesNoHarm()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], _bytes);
        var content = FileContent.Open(folder["a"], 0);
        File.SetLastWriteTimeUtc(folder["a"], DateTime.UtcNow.AddMinutes(1));
        AssertHas(_bytes, content);
    }

    [TestMethod]
    public void OverwritingWhileAStreamReadsIsNoticed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], _bytes);
        var content = FileContent.Open(folder["a"], 0);
        using Stream stream = content.Open();
        _ = stream.ReadByte();
        File.WriteAllBytes(folder["a"], _bytes[..^1]);

        Assert.ThrowsExactly<InvalidDataException>(() => stream.CopyTo(Stream.Null));
    }

    [TestMethod]
    public void TheSameContentMayComeBackInTheFileOrUnderItsName()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], _bytes);
        var content = FileContent.Open(folder["a"], 0);
        _ = content.Sha256;
        File.WriteAllBytes(folder["a"], Bytes(2)[..1000]);
        Assert.ThrowsExactly<InvalidDataException>(content.Open);

        File.WriteAllBytes(folder["a"], _bytes);
        AssertHas(_bytes, content);

        File.WriteAllBytes(folder["a"], Bytes(2)[..1000]);
        Assert.ThrowsExactly<InvalidDataException>(content.Open);
        Replace(folder["a"], _bytes);
        AssertHas(_bytes, content);
        File.Delete(folder["a"]);
        AssertHas(_bytes, content);
    }

    [TestMethod]
    public void AnotherContentOfTheSameLengthAndTimeIsFoundByItsHash()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], _bytes);
        var content = FileContent.Open(folder["a"], 0);
        _ = content.Sha256;
        DateTime written = File.GetLastWriteTimeUtc(folder["a"]);
        File.WriteAllBytes(folder["a"], Bytes(2));
        File.SetLastWriteTimeUtc(folder["a"], written);

        Assert.ThrowsExactly<InvalidDataException>(content.Verify);
        File.WriteAllBytes(folder["a"], _bytes);
        content.Verify();
    }

    [TestMethod]
    public void AStreamThatIsNoFileIsCopied()
    {
        using var stream = new MemoryStream(_bytes);
        AssertHas(_bytes, FileContent.Of(stream));
    }

    /// <summary>A file with a hole, of more bytes than an array can have.</summary>
    [TestMethod]
    public void TensorsBeyondTwoGibibytesAreRead()
    {
        const long Hole = (1L << 31) + (1 << 20);
        using var folder = new TemporaryFolder();
        byte[] header = System.Text.Encoding.UTF8.GetBytes(
            $$"""
            {"hole":{"dtype":"U8","shape":[{{Hole}}],"data_offsets":[0,{{Hole}}]},
             "end":{"dtype":"F32","shape":[2],"data_offsets":[{{Hole}},{{Hole + 8}}]} }
            """);
        using (FileStream file = File.Create(folder["a"]))
        {
            file.Write(BitConverter.GetBytes((long)header.Length));
            file.Write(header);
            file.Position += Hole;
            file.Write(BitConverter.GetBytes(1.5f));
            file.Write(BitConverter.GetBytes(-2f));
        }

        long before = GC.GetTotalAllocatedBytes();
        using (var weights = SafetensorsFile.Read(FileContent.Open(folder["a"]).Open(), "the weights"))
        {
            CollectionAssert.AreEqual(new[] { 1.5f, -2f }, weights.ReadSingles("end"));
        }

        Assert.IsLessThan(16L << 20, GC.GetTotalAllocatedBytes() - before);
    }

    private static void AssertHas(byte[] expected, FileContent content)
    {
        using Stream stream = content.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        CollectionAssert.AreEqual(expected, copy.ToArray());
        Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(expected)), content.Sha256);
    }

    private static void Replace(string path, byte[] content)
    {
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static byte[] Bytes(int seed)
    {
        byte[] bytes = new byte[200_000];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
