using System.Numerics;

namespace TorchSharp;

public static partial class TensorExtensionMethods
{
    public static int ElementSize(this torch.ScalarType type) => ElementTypes.Size(type);

    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);

    public static ReadOnlySpan<int> IntShape(this torch.Tensor tensor) => Array.ConvertAll(tensor.shape, size => (int)size);

    public static torch.Tensor ToTensor<T>(this T[] rawArray, long[] dimensions, bool doCopy = false, bool requires_grad = false) =>
        torch.FromArray(rawArray, dimensions, null, null, requires_grad);

    public static torch.Tensor ToTensor<T>(this T scalar, torch.Device? device = null, bool requires_grad = false)
        where T : struct => torch.FromArray(new[] { scalar }, [], null, device, requires_grad);

    public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();

    public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();

    public static Half ToHalf(this torch.Tensor value) => value.ToScalar().ToHalf();

    public static sbyte ToSByte(this torch.Tensor value) => value.ToScalar().ToSByte();

    public static byte ToByte(this torch.Tensor value) => value.ToScalar().ToByte();

    public static short ToInt16(this torch.Tensor value) => value.ToScalar().ToInt16();

    public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();

    public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();

    public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();

    public static Complex ToComplexFloat64(this torch.Tensor value) => value.ToScalar().ToComplexFloat64();

    public static string str(
        this torch.Tensor tensor,
        string? fltFormat = null,
        int? width = null,
        string? newLine = null,
        System.Globalization.CultureInfo? cultureInfo = null,
        TensorStringStyle style = TensorStringStyle.Default) => tensor.ToString(style, fltFormat, width, cultureInfo, newLine);

    public static string metastr(this torch.Tensor tensor) => tensor.ToString(TensorStringStyle.Metadata);

    public static string npstr(
        this torch.Tensor tensor,
        string? fltFormat = "g5",
        int? width = 100,
        string? newLine = null,
        System.Globalization.CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.Numpy, fltFormat, width, cultureInfo, newLine);

    public static Modules.Parameter AsParameter(this torch.Tensor tensor) => new(tensor);

    public static void Save(this torch.Tensor tensor, BinaryWriter writer) => TensorFile.Write(tensor, writer);

    public static void Save(this torch.Tensor tensor, Stream stream)
    {
        // As in the package the stream is closed at the end.
        using var writer = new BinaryWriter(stream);
        TensorFile.Write(tensor, writer);
    }

    public static void Save(this torch.Tensor tensor, string location)
    {
        using FileStream stream = File.Create(location);
        tensor.Save(stream);
    }

    public static torch.Tensor Load(BinaryReader reader, bool skip = false) => TensorFile.Read(reader);

    public static void Load(this torch.Tensor tensor, BinaryReader reader, bool skip = false) =>
        TensorFile.ReadInto(tensor, reader, skip);
}
