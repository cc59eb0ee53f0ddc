using System.Numerics;

namespace TorchSharp;

/// <summary>Which .NET type holds the elements of which tensor type, and how large they are.</summary>
internal static class ElementTypes
{
    internal static torch.ScalarType ScalarTypeOf(Type type)
    {
        if (type == typeof(float))
        {
            return torch.ScalarType.Float32;
        }
        if (type == typeof(long))
        {
            return torch.ScalarType.Int64;
        }
        if (type == typeof(int))
        {
            return torch.ScalarType.Int32;
        }
        if (type == typeof(double))
        {
            return torch.ScalarType.Float64;
        }
        if (type == typeof(byte))
        {
            return torch.ScalarType.Byte;
        }
        if (type == typeof(bool))
        {
            return torch.ScalarType.Bool;
        }
        if (type == typeof(sbyte))
        {
            return torch.ScalarType.Int8;
        }
        if (type == typeof(short))
        {
            return torch.ScalarType.Int16;
        }
        if (type == typeof(Half))
        {
            return torch.ScalarType.Float16;
        }
        if (type == typeof((float, float)))
        {
            return torch.ScalarType.ComplexFloat32;
        }
        return type == typeof(Complex)
            ? torch.ScalarType.ComplexFloat64
            : throw new NotSupportedException($"The type {type.FullName} is not supported.");
    }

    internal static int Size(torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte or torch.ScalarType.Int8 or torch.ScalarType.Bool => 1,
        torch.ScalarType.Int16 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16 => 2,
        torch.ScalarType.Int32 or torch.ScalarType.Float32 => 4,
        torch.ScalarType.Int64 or torch.ScalarType.Float64 or torch.ScalarType.ComplexFloat32 => 8,
        torch.ScalarType.ComplexFloat64 => 16,
        _ => throw new NotSupportedException($"The element type {type} is not supported."),
    };
}
