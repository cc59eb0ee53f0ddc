using global::Onnx;
using Google.Protobuf;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>Files that are not what export writes are refused when they are opened, and the message says why.</summary>
[TestClass]
public sealed class BadOnnxTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void AMissingFileIsNamed()
    {
        string path = _folder["none.onnx"];
        StringAssert.Contains(Assert.ThrowsExactly<FileNotFoundException>(() => LorealClassifier.Load(path)).Message, path);
        Assert.ThrowsExactly<FileNotFoundException>(() => new MLContext().Transforms.ApplyLorealOnnx(path));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("this is no ONNX model")]
    public void AFileThatIsNoOnnxIsRefused(string content)
    {
        File.WriteAllText(_folder[TinyOnnx.FileName], content);
        AssertRefused(_folder[TinyOnnx.FileName], TinyOnnx.FileName);
    }

    [TestMethod]
    public void ACutFileIsRefused()
    {
        string path = TinyOnnx.Write(_folder);
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 1; length < whole.Length; length += 37)
        {
            File.WriteAllBytes(path, whole[..length]);
            AssertRefused(path, TinyOnnx.FileName);
        }
    }

    [TestMethod]
    public void AnotherProductsModelIsRefused() =>
        AssertRefused(TinyOnnx.Write(_folder, model => model.MetadataProps.Clear()), "was not exported by Microsoft.ML.Loreal");

    [TestMethod]
    public void AMissingPropertyIsNamed() => AssertRefused(
        TinyOnnx.Write(_folder, model => model.MetadataProps.Remove(model.MetadataProps.Single(p => p.Key == "loreal.classes"))),
        "'loreal.classes'");

    [TestMethod]
    public void AnotherFormatIsRefused() => AssertRefused(
        TinyOnnx.Write(_folder, model => model.MetadataProps.Single(p => p.Key == "loreal.format").Value = "2"), "format '2'");

    [TestMethod]
    public void AnotherOpsetIsRefused() =>
        AssertRefused(TinyOnnx.Write(_folder, model => model.OpsetImport[0].Version = 99), "99");

    [TestMethod]
    public void AnotherInputsNameIsRefused() => AssertRefused(
        TinyOnnx.Write(_folder, model =>
        {
            model.Graph.Input[0].Name = "image";
            model.Graph.Node[0].Input[0] = "image";
        }),
        "its inputs are image");

    [TestMethod]
    public void AMissingOutputIsRefused() =>
        AssertRefused(TinyOnnx.Write(_folder, model => model.Graph.Output.RemoveAt(1)), "its outputs are scores");

    [TestMethod]
    public void AnotherTypeOfInputIsRefused() => AssertRefused(
        TinyOnnx.Write(_folder, model =>
            model.Graph.Input[0].Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Float),
        "its 'pixels' is Single [any, 8, 8, 3]");

    [TestMethod]
    public void AFixedNumberOfPicturesIsRefused() => AssertRefused(
        TinyOnnx.Write(_folder, model => model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue = 1),
        "its 'pixels' is Byte [1, 8, 8, 3]");

    [TestMethod]
    public void AnotherResolutionThanTheMetadatasIsRefused() => AssertRefused(
        TinyOnnx.Write(_folder, model => TinyOnnx.Describe(model, TinyOnnx.Description with { Resolution = 16 })), "[any, 16, 16, 3]");

    [TestMethod]
    public void AnotherNumberOfClassesThanTheMetadatasIsRefused() => AssertRefused(
        TinyOnnx.Write(_folder, model => TinyOnnx.Describe(model, TinyOnnx.Description with { ClassNames = ["a", "b"] })), "[any, 2]");

    [TestMethod]
    public void WeightsOfAnotherSizeAreRefused() => AssertRefused(
        TinyOnnx.Write(_folder, model => TinyOnnx.Weights(model).Dims[1] = 5), TinyOnnx.FileName);

    [TestMethod]
    public void WeightsThatAreNotNumbersAreRefused() => AssertRefused(
        TinyOnnx.Write(_folder, model =>
        {
            byte[] bytes = TinyOnnx.Weights(model).RawData.ToByteArray();
            BitConverter.TryWriteBytes(bytes, float.NaN);
            TinyOnnx.Weights(model).RawData = ByteString.CopyFrom(bytes);
        }),
        "not numbers");

    [TestMethod]
    public void AMissingOrCutFileOfWeightsIsRefused()
    {
        string path = TinyOnnx.WriteInTwo(_folder);
        byte[] weights = File.ReadAllBytes(path + ".data");
        File.WriteAllBytes(path + ".data", weights[..^1]);
        AssertRefused(path, TinyOnnx.FileName);
        File.WriteAllBytes(path + ".data", []);
        AssertRefused(path, TinyOnnx.FileName);
        File.Delete(path + ".data");
        AssertRefused(path, TinyOnnx.FileName);
    }

    private static void AssertRefused(string path, string part)
    {
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => LorealClassifier.Load(path)).Message, part);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => new MLContext().Transforms.ApplyLorealOnnx(path)).Message, part);
    }
}
