using System.Runtime.InteropServices;
using System.Security.Cryptography;
using global::Onnx;
using Google.Protobuf;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>A model in the form of exported ones that is small enough to compute by hand: softmax(W x the mean color).</summary>
internal static class TinyOnnx
{
    public const int Side = 8;

    public const string FileName = "model.onnx";

    private const string WeightsName = "weights";

    public static readonly string[] ClassNames = ["red", "green", "blue", "anything else"];

    // [3, 4]: rows are channels, columns classes.
    private static readonly float[] _weights = [6, -1, -2, 0.5f, -1, 6, -1, 0.5f, -2, -1, 6, 0.5f];

    private static readonly ImageProcessorSettings _preprocessing = new() { ResizedSide = 9, CroppedSide = 8 };

    public static OnnxModelDescription Description { get; } =
        new(ClassNames, Side, _preprocessing, "CoOp", "0.1.0", new string('0', 64), "float32", "pixels");

    public static ModelProto Model()
    {
        var graph = new GraphProto { Name = "tiny" };
        graph.Input.Add(Value("pixels", TensorProto.Types.DataType.Uint8, Side, Side, 3));
        graph.Output.Add(Value("scores", TensorProto.Types.DataType.Float, ClassNames.Length));
        graph.Output.Add(Value("features", TensorProto.Types.DataType.Float, 3));
        graph.Initializer.Add(Numbers("levels", [], [255]));
        graph.Initializer.Add(Numbers(WeightsName, [3, ClassNames.Length], _weights));
        graph.Node.Add(Node("Cast", ["pixels"], "floats", Whole("to", (int)TensorProto.Types.DataType.Float)));
        graph.Node.Add(Node("ReduceMean", ["floats"], "mean", Wholes("axes", 1, 2), Whole("keepdims", 0)));
        graph.Node.Add(Node("Div", ["mean", "levels"], "color"));
        graph.Node.Add(Node("MatMul", ["color", WeightsName], "logits"));
        graph.Node.Add(Node("Softmax", ["logits"], "scores", Whole("axis", -1)));
        graph.Node.Add(Node("LpNormalization", ["color"], "features", Whole("axis", -1), Whole("p", 2)));
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        Describe(model, Description);
        return model;
    }

    /// <summary>Gives a model other metadata.</summary>
    public static void Describe(ModelProto model, OnnxModelDescription description)
    {
        model.MetadataProps.Clear();
        model.MetadataProps.Add(description.ToProperties().Select(
            property => new StringStringEntryProto { Key = property.Key, Value = property.Value }));
    }

    /// <summary>Writes the model, changed, into a folder.</summary>
    /// <returns>The path of the file.</returns>
    public static string Write(TemporaryFolder folder, Action<ModelProto>? change = null)
    {
        ModelProto model = Model();
        change?.Invoke(model);
        File.WriteAllBytes(folder[FileName], model.ToByteArray());
        return folder[FileName];
    }

    /// <summary>Writes the model with its weights in a file of their own.</summary>
    /// <returns>The path of the model's file.</returns>
    public static string WriteInTwo(TemporaryFolder folder) => Write(folder, model =>
    {
        const string Data = FileName + ".data";
        TensorProto weights = Weights(model);
        byte[] numbers = weights.RawData.ToByteArray();
        byte[] identity = SHA256.HashData(numbers);
        File.WriteAllBytes(folder[Data], [.. numbers, .. identity]);
        model.MetadataProps.Add(
            new StringStringEntryProto { Key = OnnxModelDescription.WeightsIdentityKey, Value = Convert.ToHexStringLower(identity) });
        weights.RawData = ByteString.Empty;
        weights.DataLocation = TensorProto.Types.DataLocation.External;
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = Data });
        weights.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{numbers.Length}" });
    });

    public static TensorProto Weights(ModelProto model) => model.Graph.Initializer.Single(tensor => tensor.Name == WeightsName);

    /// <summary>The scores of a file by plain loops.</summary>
    public static float[] Plain(string path)
    {
        using RgbImage image = new ImageDecoder(1_000_000).Decode(path);
        byte[] pixels = new byte[3 * Side * Side];
        new ImageProcessor(_preprocessing).EvaluatePixels(image, Side, pixels);
        double[] color = [.. Enumerable.Range(0, 3).Select(c => pixels.Where((_, i) => i % 3 == c).Average(level => level / 255.0))];
        double[] powers =
        [
            .. ClassNames.Select((_, k) => Math.Exp(Enumerable.Range(0, 3).Sum(c => color[c] * _weights[(c * ClassNames.Length) + k]))),
        ];
        return [.. powers.Select(power => (float)(power / powers.Sum()))];
    }

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, params int[] shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        dimensions.Dim.Add(shape.Select(side => new TensorShapeProto.Types.Dimension { DimValue = side }));
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static TensorProto Numbers(string name, long[] shape, float[] values)
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
        };
        tensor.Dims.Add(shape);
        return tensor;
    }

    private static NodeProto Node(string kind, string[] inputs, string output, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = kind, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes);
        return node;
    }

    private static AttributeProto Whole(string name, int value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static AttributeProto Wholes(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }
}
