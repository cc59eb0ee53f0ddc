namespace Microsoft.ML.Loreal.Tensors;

/// <summary>The element types of a safetensors file, named as there.</summary>
internal enum SafetensorsType
{
    Bool,
    U8,
    I8,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    F64,
    I64,
    U64,
}
