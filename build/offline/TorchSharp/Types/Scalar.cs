using System.Numerics;

namespace TorchSharp;

/// <summary>A number on its way into an operator. It holds no native memory here.</summary>
public sealed class Scalar : IDisposable
{
    private readonly double _real;
    private readonly double _imaginary;
    private readonly long _integer;

    private Scalar(torch.ScalarType type, long integer, double real, double imaginary = 0)
    {
        Type = type;
        _integer = integer;
        _real = real;
        _imaginary = imaginary;
    }

    public torch.ScalarType Type { get; }

    internal double AsDouble => IsFloatingOrComplex ? _real : _integer;

    internal long AsInt64 => IsFloatingOrComplex ? (long)_real : _integer;

    internal bool AsBoolean => IsFloatingOrComplex ? _real != 0 || _imaginary != 0 : _integer != 0;

    internal Complex AsComplex => new(AsDouble, _imaginary);

    private bool IsFloatingOrComplex => torch.is_floating_point(Type) || torch.is_complex(Type);

    public static implicit operator Scalar(byte value) => new(torch.ScalarType.Byte, value, 0);

    public static implicit operator Scalar(sbyte value) => new(torch.ScalarType.Int8, value, 0);

    public static implicit operator Scalar(short value) => new(torch.ScalarType.Int16, value, 0);

    public static implicit operator Scalar(int value) => new(torch.ScalarType.Int32, value, 0);

    public static implicit operator Scalar(long value) => new(torch.ScalarType.Int64, value, 0);

    public static implicit operator Scalar(Half value) => new(torch.ScalarType.Float16, 0, (double)value);

    public static implicit operator Scalar(float value) => new(torch.ScalarType.Float32, 0, value);

    public static implicit operator Scalar(double value) => new(torch.ScalarType.Float64, 0, value);

    public static implicit operator Scalar(bool value) => new(torch.ScalarType.Bool, value ? 1 : 0, 0);

    public static implicit operator Scalar((float, float) value) =>
        new(torch.ScalarType.ComplexFloat32, 0, value.Item1, value.Item2);

    public static implicit operator Scalar(Complex value) =>
        new(torch.ScalarType.ComplexFloat64, 0, value.Real, value.Imaginary);

    public void Dispose()
    {
    }

    internal static Scalar BFloat16(float value) => new(torch.ScalarType.BFloat16, 0, value);

    internal Argument ToArgument()
    {
        if (torch.is_complex(Type))
        {
            return AsComplex;
        }
        if (Type == torch.ScalarType.Bool)
        {
            return AsBoolean;
        }
        // Two statements: one conditional would turn whole numbers into doubles.
        if (torch.is_floating_point(Type))
        {
            return _real;
        }
        return _integer;
    }
}
