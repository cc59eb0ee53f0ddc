using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>Kinds of operator arguments; the numbers are those of the native side.</summary>
internal enum ArgumentTag
{
    None,
    Default,
    Tensor,
    Int,
    Double,
    Bool,
    Complex,
    IntList,
    DoubleList,
    BoolList,
    TensorList,
    OptionalTensorList,
    String,
    Device,
    Generator,
}

internal enum ResultTag
{
    None,
    Tensor,
    Int,
    Double,
    Bool,
    Complex,
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeArgument
{
    internal ArgumentTag Tag;
    internal int Length;
    internal long Value;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeResult
{
    internal ResultTag Tag;
    internal int Reserved;
    internal long Value;
    internal long ImaginaryBits;

    internal readonly double Real => BitConverter.Int64BitsToDouble(Value);

    internal readonly double Imaginary => BitConverter.Int64BitsToDouble(ImaginaryBits);
}

[StructLayout(LayoutKind.Sequential)]
internal struct TensorDescription
{
    internal long Dimensions;
    internal long Elements;
    internal long ElementSize;
    internal long StorageOffset;
    internal int ScalarType;
    internal int DeviceType;
    internal int DeviceIndex;
    internal int IsContiguous;
    internal int IsSparse;
    internal int IsConjugated;
    internal int IsNegated;
    internal int Layout;
}
