namespace TorchSharp;

/// <summary>One argument of an operator, tagged with its kind. Values convert implicitly; a null becomes the operator's None.</summary>
internal readonly struct Argument
{
    internal readonly ArgumentTag Tag;
    internal readonly long Bits;
    internal readonly object? Reference;

    private Argument(ArgumentTag tag, long bits = 0, object? reference = null)
    {
        Tag = tag;
        Bits = bits;
        Reference = reference;
    }

    internal static Argument None => default;

    /// <summary>The schema's own default value.</summary>
    internal static Argument Default => new(ArgumentTag.Default);

    /// <summary>For parameters of type <c>Tensor?[]</c>, where an entry may be missing.</summary>
    internal static Argument OptionalTensors(torch.Tensor?[] tensors) => new(ArgumentTag.OptionalTensorList, 0, tensors);

    /// <summary>For parameters of type <c>int[]</c>, given as a span or one by one.</summary>
    internal static Argument Of(params ReadOnlySpan<long> values) => new(ArgumentTag.IntList, 0, values.ToArray());

    public static implicit operator Argument(torch.Tensor? tensor) => tensor is null ? None : new(ArgumentTag.Tensor, 0, tensor);

    public static implicit operator Argument(Scalar? scalar) => scalar is null ? None : scalar.ToArgument();

    public static implicit operator Argument(long value) => new(ArgumentTag.Int, value);

    public static implicit operator Argument(long? value) => value is null ? None : new(ArgumentTag.Int, value.Value);

    public static implicit operator Argument(int value) => new(ArgumentTag.Int, value);

    public static implicit operator Argument(double value) => new(ArgumentTag.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Argument(double? value) => value is null ? None : value.Value;

    public static implicit operator Argument(bool value) => new(ArgumentTag.Bool, value ? 1 : 0);

    public static implicit operator Argument(bool? value) => value is null ? None : value.Value;

    public static implicit operator Argument(torch.ScalarType type) => new(ArgumentTag.Int, (long)type);

    public static implicit operator Argument(torch.ScalarType? type) => type is null ? None : type.Value;

    public static implicit operator Argument(torch.Device? device) => device is null ? None : new(ArgumentTag.Device, 0, device);

    public static implicit operator Argument(torch.Generator? generator) =>
        generator is null ? None : new(ArgumentTag.Generator, 0, generator);

    public static implicit operator Argument(System.Numerics.Complex value) =>
        new(ArgumentTag.Complex, 0, new[] { value.Real, value.Imaginary });

    public static implicit operator Argument(long[]? values) => values is null ? None : new(ArgumentTag.IntList, 0, values);

    public static implicit operator Argument(double[]? values) => values is null ? None : new(ArgumentTag.DoubleList, 0, values);

    public static implicit operator Argument(bool[]? values) => values is null ? None : new(ArgumentTag.BoolList, 0, values);

    public static implicit operator Argument(torch.Tensor[]? tensors) => tensors is null ? None : new(ArgumentTag.TensorList, 0, tensors);

    public static implicit operator Argument(string? text) => text is null ? None : new(ArgumentTag.String, 0, text);
}
