using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>
/// A graph of ONNX in the making. Values are known by their names; whoever adds a node gets those of its outputs. Every value's first axis
/// is N, the images, or 1 where a value is the same for all.
/// </summary>
/// <param name="options">How weights are stored, and what cancels.</param>
internal sealed class OnnxGraph(OnnxExportOptions options)
{
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, string> _integers = [];
    private readonly Dictionary<float, string> _numbers = [];
    private readonly Dictionary<double, string> _doubles = [];
    private string? _imageShape;

    /// <summary>How it is written.</summary>
    public OnnxExportOptions Options => options;

    /// <summary>What makes products of 8-bit whole numbers; null where they are of single precision.</summary>
    public Int8Graph? Int8 => field ??= options.Quantization == OnnxQuantization.Int8 ? new Int8Graph(this) : null;

    /// <summary>What was added.</summary>
    public GraphProto Proto { get; } = new() { Name = "classifier" };

    /// <summary>An attribute with a whole number.</summary>
    public static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>An attribute with whole numbers.</summary>
    public static AttributeProto Attribute(string name, params long[] values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    /// <summary>An attribute with a number.</summary>
    public static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>Adds an input whose first axis is free.</summary>
    public string Input(string name, DataType type, params long[] sizes)
    {
        Proto.Input.Add(Value(name, type, sizes));
        return name;
    }

    /// <summary>Adds an input for one picture of any size, uint8 [1, H, W, 3].</summary>
    public string Image(string name)
    {
        ValueInfoProto image = Value(name, DataType.Uint8, 0, 0, 3);
        RepeatedField<TensorShapeProto.Types.Dimension> axes = image.Type.TensorType.Shape.Dim;
        (axes[0].DimValue, axes[1].DimParam, axes[2].DimParam) = (1, "H", "W");
        Proto.Input.Add(image);
        return name;
    }

    /// <summary>Adds an output with as many rows as the input has images, with a value that has a name already.</summary>
    public void Output(string name, string value, long size)
    {
        ValueInfoProto output = Value(name, DataType.Float, [size]);
        output.Type.TensorType.Shape.Dim[0] = Proto.Input[0].Type.TensorType.Shape.Dim[0].Clone();
        Proto.Output.Add(output);
        Proto.Node.Add(new NodeProto { Name = name, OpType = "Identity", Input = { value }, Output = { name } });
    }

    /// <summary>Adds a node with one output.</summary>
    public string Add(string operation, string[] inputs, params AttributeProto[] attributes) => Add(operation, 1, inputs, attributes)[0];

    /// <summary>Adds a node.</summary>
    public string[] Add(string operation, int outputs, string[] inputs, params AttributeProto[] attributes)
    {
        string name = $"{operation}_{Proto.Node.Count.ToString(CultureInfo.InvariantCulture)}";
        string[] values = [.. Enumerable.Range(0, outputs).Select(i => Unique(outputs == 1 ? name : $"{name}.{i}"))];
        Proto.Node.Add(
            new NodeProto { Name = name, OpType = operation, Input = { inputs }, Output = { values }, Attribute = { attributes } });
        return values;
    }

    /// <summary>Adds numbers in single precision.</summary>
    public string Constant(string name, Tensor values) => Constant(name, values, DataType.Float, float32);

    /// <summary>One number; the same one is stored once.</summary>
    public string Number(float value)
    {
        if (!_numbers.TryGetValue(value, out string? name))
        {
            name = $"numbers.{_numbers.Count.ToString(CultureInfo.InvariantCulture)}";
            _numbers.Add(value, name);
            using Tensor scalar = tensor(value, float32, CPU);
            Constant(name, scalar);
        }

        return name;
    }

    /// <summary>One byte.</summary>
    public string Byte(string name, byte value)
    {
        Initializer(Unique(name), DataType.Uint8, [], [value]);
        return name;
    }

    /// <summary>One number in double precision; the same one is stored once.</summary>
    public string Double(double value)
    {
        if (!_doubles.TryGetValue(value, out string? name))
        {
            name = Unique($"doubles.{_doubles.Count.ToString(CultureInfo.InvariantCulture)}");
            _doubles.Add(value, name);
            Initializer(name, DataType.Double, [], MemoryMarshal.AsBytes<double>([value]));
        }

        return name;
    }

    /// <summary>Adds weights, stored as the options say and used in single precision.</summary>
    /// <exception cref="NotSupportedException">They are to be stored in 16 bits, and are too large for that.</exception>
    public string Weights(string name, Tensor values)
    {
        if (!options.Float16Weights)
        {
            return Constant(name, values);
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor half = values.detach().to(float16);
        if (!half.isfinite().all().item<bool>())
        {
            throw new NotSupportedException(
                $"Float16Weights: a number of '{name}' is beyond what 16 bits can store, {Half.MaxValue}. Export with Float16Weights "
                + "false.");
        }

        return Add("Cast", [Constant(name, half, DataType.Float16, float16)], Attribute("to", (long)DataType.Float));
    }

    /// <summary>Whole numbers, such as a shape; the same ones are stored once.</summary>
    public string Integers(params long[] values)
    {
        string key = string.Join(", ", values);
        if (!_integers.TryGetValue(key, out string? name))
        {
            name = Unique($"integers.{_integers.Count.ToString(CultureInfo.InvariantCulture)}");
            _integers.Add(key, name);
            Initializer(name, DataType.Int64, [values.Length], MemoryMarshal.AsBytes<long>(values));
        }

        return name;
    }

    /// <summary>In another shape, of which 0 is the size that there is, and -1 what is left.</summary>
    public string Reshape(string x, params long[] shape) => Add("Reshape", [x, Integers(shape)]);

    /// <summary>With its axes in another order.</summary>
    public string Transpose(string x, params long[] order) => Add("Transpose", [x], Attribute("perm", order));

    /// <summary>One after the other along an axis.</summary>
    public string Concat(long axis, params string[] parts) => parts.Length == 1 ? parts[0] : Add("Concat", parts, Attribute("axis", axis));

    /// <summary>Cut along an axis into parts of these sizes.</summary>
    public string[] Split(string x, long axis, params long[] sizes) =>
        Add("Split", sizes.Length, [x, Integers(sizes)], Attribute("axis", axis));

    /// <summary>From <paramref name="start"/> up to <paramref name="end"/> along an axis.</summary>
    public string Slice(string x, long axis, long start, long end) =>
        Add("Slice", [x, Integers(start), Integers(end), Integers(axis)]);

    /// <summary>What is the same for all images, [1, n, D], for each of them: [N, n, D].</summary>
    public string ForEachImage(string x)
    {
        _imageShape ??= Concat(
            0,
            Add("Shape", [Proto.Input[0].Name], Attribute("start", 0L), Attribute("end", 1L)),
            Integers(1, 1)); // [3]: N, 1, 1
        return Add("Expand", [x, _imageShape]);
    }

    /// <summary>Divided by their length, over the last axis.</summary>
    public string Normalize(string x) =>
        Add("Div", [x, Add("ReduceL2", [x], Attribute("axes", [-1]), Attribute("keepdims", 1L))]);

    private static ValueInfoProto Value(string name, DataType type, params long[] sizes)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        shape.Dim.AddRange(sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }

    /// <summary>Adds numbers of a type.</summary>
    public string Constant(string name, Tensor values, DataType type, ScalarType scalarType)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        using DisposeScope scope = NewDisposeScope();
        Tensor stored = values.detach().to(scalarType).cpu().contiguous();
        Initializer(Unique(name), type, stored.shape, stored.bytes);
        return name;
    }

    private void Initializer(string name, DataType type, long[] shape, ReadOnlySpan<byte> content) => Proto.Initializer.Add(
        new TensorProto { Name = name, DataType = (int)type, Dims = { shape }, RawData = ByteString.CopyFrom(content) });

    private string Unique(string name) => _names.Add(name)
        ? name
        : throw new InvalidOperationException($"The graph has a value '{name}' already.");
}
