using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Properties;

/// <summary>What holds for every file that is written, and for every one that is read.</summary>
[TestClass]
public sealed class SafetensorsPropertyTests
{
    private static readonly ScalarType[] _types =
    [
        ScalarType.Bool, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64,
        ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64,
    ];

    private static readonly Gen<long[]> _shape = Gen.Choose(0, 5).Select(side => (long)side).ArrayOf().Select(
        sides => sides.Take(4).ToArray());

    [TestMethod]
    public void WhatIsWrittenIsReadBack()
    {
        Gen<(string Name, long[] Shape, ScalarType Type)> one =
            from text in Texts.Any
            from shape in _shape
            from type in Gen.Elements(_types)
            select (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), shape, type);
        Gen<(string Name, long[] Shape, ScalarType Type)[]> file = one.ArrayOf().Select(
            all => all.Where(t => t.Name != "__metadata__").DistinctBy(t => t.Name).ToArray());
        Property.Holds(file, tensors =>
        {
            using DisposeScope scope = NewDisposeScope();
            (string Name, Tensor Value)[] written =
                [.. tensors.Select((t, i) => (t.Name, (arange(t.Shape.Aggregate(1L, (a, b) => a * b)) + i).reshape(t.Shape).to(t.Type)))];
            using var stream = new MemoryStream();
            SafetensorsWriter.Write(stream, written);
            using var read = SafetensorsFile.Read(new MemoryStream(stream.ToArray()), "the file");
            CollectionAssert.AreEquivalent(written.Select(t => t.Name).ToArray(), read.Tensors.Keys.ToArray());
            foreach ((string tensor, Tensor value) in written)
            {
                Tensor again = read.ReadTensor(tensor);
                Assert.AreEqual(value.dtype, again.dtype);
                CollectionAssert.AreEqual(value.shape, again.shape);
                Assert.IsTrue(value.Equals(again));
                // Not data<float>(), which TorchSharp does not copy from tensors without elements.
                CollectionAssert.AreEqual(
                    MemoryMarshal.Cast<byte, float>(value.to(ScalarType.Float32).bytes).ToArray(), read.ReadSingles(tensor));
            }
        });
    }

    [TestMethod]
    public void NumbersOfEveryTypeBecomeTheSinglesThatDotNetMakesOfThem() => Property.Holds(ArbMap.Default.GeneratorFor<double>(), number =>
    {
        using SafetensorsFile read = File64(number);
        Assert.AreEqual((float)number, read.ReadSingles("f64")[0]);
        Assert.AreEqual((float)(Half)number, read.ReadSingles("f16")[0]);
        Assert.AreEqual(
            BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)number) & 0xFFFF0000), read.ReadSingles("bf16")[0]);
    });

    [TestMethod]
    public void AnyBytesAreReadOrRefused()
    {
        // Random bytes behind a true length, and random pieces of JSON in a true frame.
        Gen<byte[]> header = Gen.OneOf(
            ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => bytes ?? []),
            Gen.Elements(
                "{",
                "}",
                "\"a\"",
                ":",
                ",",
                "[",
                "]",
                "0",
                "4",
                "-1",
                "\"dtype\"",
                "\"F32\"",
                "\"shape\"",
                "\"data_offsets\"",
                "[0,4]",
                "[1]",
                " ",
                "__metadata__",
                "{}",
                "null")
                .ArrayOf().Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))));
        Property.Holds(Gen.Zip(header, Gen.Choose(0, 12)), pair =>
        {
            (byte[] json, int data) = pair;
            byte[] file = new byte[8 + json.Length + data];
            BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
            json.CopyTo(file, 8);
            try
            {
                using var read = SafetensorsFile.Read(new MemoryStream(file), "the file");
                Assert.AreEqual(data, read.Tensors.Values.Sum(entry => entry.Length));
                foreach (string name in read.Tensors.Keys)
                {
                    read.ReadTensor(name).Dispose();
                }
            }
            catch (InvalidDataException error)
            {
                StringAssert.Contains(error.Message, "the file");
            }
        });
    }

    private static SafetensorsFile File64(double number)
    {
        byte[] header = Encoding.UTF8.GetBytes(
            """{"f64":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"f16":{"dtype":"F16","shape":[1],"data_offsets":[8,10]},"""
            + "\"bf16\":{\"dtype\":\"BF16\",\"shape\":[1,1],\"data_offsets\":[10,12]}}");
        byte[] file = new byte[8 + header.Length + 12];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        Span<byte> data = file.AsSpan(8 + header.Length);
        BinaryPrimitives.WriteDoubleLittleEndian(data, number);
        BinaryPrimitives.WriteHalfLittleEndian(data[8..], (Half)number);
        BinaryPrimitives.WriteUInt16LittleEndian(data[10..], (ushort)(BitConverter.SingleToUInt32Bits((float)number) >> 16));
        return SafetensorsFile.Read(new MemoryStream(file), "the file");
    }
}
