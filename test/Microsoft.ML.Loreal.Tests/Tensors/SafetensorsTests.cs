using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Tensors;

[TestClass]
public sealed class SafetensorsTests
{
    private static readonly ScalarType[] _types =
    [
        ScalarType.Bool, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64,
        ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64,
    ];

    [TestMethod]
    public void WhatIsWrittenIsReadBack()
    {
        using DisposeScope scope = NewDisposeScope();
        (string, Tensor)[] tensors =
        [
            .. _types.Select(type => ($"of {type}", (arange(12) - 4).reshape(3, 4).to(type))),
            ("scalar", tensor(2.5f)),
            ("empty", zeros(0, 3)),
            ("ünï→\"code\"", ones(2)),
        ];
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string> { ["format"] = "pt", ["é"] = "\"\n" });

        using SafetensorsFile file = Read(stream.ToArray());
        Assert.HasCount(tensors.Length, file.Tensors);
        Assert.AreEqual("pt", file.Metadata["format"]);
        Assert.AreEqual("\"\n", file.Metadata["é"]);
        foreach ((string name, Tensor expected) in tensors)
        {
            Tensor actual = file.ReadTensor(name);
            Assert.AreEqual(expected.dtype, actual.dtype, name);
            CollectionAssert.AreEqual(expected.shape, actual.shape, name);
            Assert.IsTrue(expected.Equals(actual), name);
            Assert.IsTrue(expected.to(ScalarType.Float32).Equals(file.ReadTensor(name, ScalarType.Float32)), $"{name} in single precision");
        }
    }

    [TestMethod]
    public void UnsignedTypesAreReadAsSingles()
    {
        byte[] data = [1, 0, 255, 255, 2, 0, 0, 0, 255, 255, 255, 255, 3, 0, 0, 0, 0, 0, 0, 0];
        using SafetensorsFile file = Read(
            """{"a":{"dtype":"U16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"U32","shape":[2],"data_offsets":[4,12]},"c":"""
            + """{"dtype":"U64","shape":[1],"data_offsets":[12,20]}}""",
            data);
        CollectionAssert.AreEqual(new[] { 1f, 65535f }, file.ReadSingles("a"));
        CollectionAssert.AreEqual(new[] { 2f, 4294967295f }, file.ReadSingles("b"));
        CollectionAssert.AreEqual(new[] { 3f }, file.ReadSingles("c"));
    }

    [TestMethod]
    public void TensorsThatAreViewsAreWrittenByTheirValues()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor transposed = arange(6, ScalarType.Float32).reshape(2, 3).transpose(0, 1);
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [("t", transposed)]);
        using SafetensorsFile file = Read(stream.ToArray());
        CollectionAssert.AreEqual(new[] { 0f, 3f, 1f, 4f, 2f, 5f }, file.ReadSingles("t"));
    }

    [TestMethod]
    public void AFailedWriteLeavesTheOldFileAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        string path = folder["weights.safetensors"];
        SafetensorsWriter.Write(path, [("t", ones(3))]);
        byte[] before = File.ReadAllBytes(path);
        Assert.ThrowsExactly<ArgumentException>(() => SafetensorsWriter.Write(path, [("t", ones(3)), ("t", ones(4))]));
        CollectionAssert.AreEqual(before, File.ReadAllBytes(path));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void AStreamThatCannotSeekIsRead()
    {
        byte[] bytes = Valid();
        using var compressed = new MemoryStream();
        using (var zip = new DeflateStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(bytes);
        }

        compressed.Position = 0;
        using var file = SafetensorsFile.Read(new DeflateStream(compressed, CompressionMode.Decompress), "stream");
        CollectionAssert.AreEqual(new[] { 1f, 2f }, file.ReadSingles("a"));
    }

    [TestMethod]
    public void AFileShorterThanItsHeaderLengthIsRefused()
    {
        Refused([1, 2, 3], "fewer than the 8");
        Refused([], "fewer than the 8");
    }

    [TestMethod]
    public void AHeaderPastTheEndIsRefused()
    {
        byte[] bytes = Valid();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)bytes.Length - 7);
        Refused(bytes, "header would have");
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.MaxValue);
        Refused(bytes, "header would have");
    }

    [TestMethod]
    public void AHeaderOverTheLimitIsRefused()
    {
        // A sparse file that really is long enough.
        using var folder = new TemporaryFolder();
        string path = folder["long.safetensors"];
        using (FileStream stream = File.Create(path))
        {
            byte[] prefix = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, 100_000_001);
            stream.Write(prefix);
            stream.SetLength(100_000_100);
        }

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsFile.Read(path));
        StringAssert.Contains(error.Message, "100000000 is the limit");
    }

    [TestMethod]
    public void AHeaderThatIsNotJsonIsRefused()
    {
        RefusedHeader("[]", 0, "does not start with");
        RefusedHeader("", 0, "does not start with");
        RefusedHeader("{\"a\":", 0, "not valid JSON");
        RefusedHeader("{} {}", 0, "not valid JSON");
    }

    [TestMethod]
    public void AHeaderThatIsNotUtf8IsRefused()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"a?":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""");
        json[3] = 0xFF;
        Refused(Build(json, new byte[4]), "not UTF-8");
        RefusedHeader("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "not Unicode");
    }

    [TestMethod]
    public void OverlappingTensorsAreRefused() => RefusedHeader(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps");

    [TestMethod]
    public void BytesWithoutATensorAreRefused()
    {
        RefusedHeader(
            """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
            12,
            "belong to no tensor");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "the tensors end at 4");
    }

    [TestMethod]
    public void OffsetsOutOfRangeAreRefused()
    {
        RefusedHeader("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "cut off");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "before its start");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "whole numbers from 0");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]}}""", 4, "cut off");
    }

    [TestMethod]
    public void AnUnknownTypeIsRefused() =>
        RefusedHeader("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "unknown dtype 'F31'");

    [TestMethod]
    public void AShapeThatDoesNotFitTheBytesIsRefused()
    {
        RefusedHeader("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}""", 4, "has 4 bytes");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "has 0 bytes");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "whole numbers");
    }

    [TestMethod]
    public void DuplicatesAreRefused()
    {
        RefusedHeader(
            """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
            8,
            "'a' is there twice");
        RefusedHeader("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype twice");
        RefusedHeader("""{"__metadata__":{"x":"1","x":"2"}}""", 0, "twice");
        RefusedHeader("""{"__metadata__":{},"__metadata__":{}}""", 0, "twice");
    }

    [TestMethod]
    public void AnIncompleteEntryIsRefused()
    {
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1]}}""", 0, "needs dtype");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}""", 4, "needs dtype");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "more than 2");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "unknown property");
        RefusedHeader("""{"a":5}""", 0, "expected a StartObject");
    }

    [TestMethod]
    public void ANameThatIsNotThereIsAnError()
    {
        using SafetensorsFile file = Read(Valid());
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => file.ReadSingles("z"));
        StringAssert.Contains(error.Message, "'z'");
    }

    [TestMethod]
    public void DamagedFilesEndInADocumentedErrorOrARightAnswer()
    {
        byte[] valid = Valid();
        var random = new Random(20240131);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = Mutate(valid, random);
            try
            {
                using SafetensorsFile file = Read(bytes);
                foreach (SafetensorsEntry entry in file.Tensors.Values)
                {
                    long expected = entry.Shape.Aggregate(1L, (product, dimension) => product * dimension);
                    Assert.HasCount((int)expected, file.ReadSingles(entry.Name), $"round {round}");
                }
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.IsGreaterThan(10_000, refused);
    }

    private static byte[] Mutate(byte[] valid, Random random)
    {
        byte[] bytes = [.. valid];
        switch (random.Next(4))
        {
            case 0:
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return bytes;
            case 1:
                return bytes[..random.Next(bytes.Length)];
            case 2:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            default:
                // A piece of the file copied to another place of it.
                int length = random.Next(1, bytes.Length / 2);
                bytes.AsSpan(random.Next(bytes.Length - length), length).ToArray().CopyTo(bytes.AsSpan(random.Next(bytes.Length - length)));
                return bytes;
        }
    }

    private static byte[] Valid() => Build(
        Encoding.UTF8.GetBytes(
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":"""
            + """{"dtype":"BF16","shape":[1,3],"data_offsets":[8,14]}}  """),
        [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0x80, 0x3F, 0, 0x40, 0x40, 0x40]);

    private static byte[] Build(byte[] header, byte[] data)
    {
        byte[] bytes = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + header.Length);
        return bytes;
    }

    private static SafetensorsFile Read(byte[] bytes) => SafetensorsFile.Read(new MemoryStream(bytes, writable: false), "the test's file");

    private static SafetensorsFile Read(string header, byte[] data) => Read(Build(Encoding.UTF8.GetBytes(header), data));

    private static void RefusedHeader(string header, int dataLength, string expected) =>
        Refused(Build(Encoding.UTF8.GetBytes(header), new byte[dataLength]), expected);

    private static void Refused(byte[] bytes, string expected)
    {
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => Read(bytes));
        StringAssert.Contains(error.Message, expected);
        StringAssert.Contains(error.Message, "the test's file");
    }
}
