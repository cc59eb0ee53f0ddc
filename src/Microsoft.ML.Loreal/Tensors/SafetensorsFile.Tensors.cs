using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tensors;

/// <content>Reading into tensors.</content>
internal sealed partial class SafetensorsFile
{
    /// <summary>Reads a tensor to the CPU with its own type, or as <paramref name="type"/> where that is given.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or TorchSharp has no such type.</exception>
    public Tensor ReadTensor(string name, ScalarType? type = null)
    {
        SafetensorsEntry entry = Entry(name);
        if (type == ScalarType.Float32)
        {
            Tensor singles = empty(entry.Shape, float32, CPU);
            ReadSingles(
                name, singles.NumberOfElements == 0 ? [] : System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(singles.bytes));
            return singles;
        }

        Tensor native = empty(entry.Shape, ToScalarType(entry), CPU);
        if (entry.Length > 0)
        {
            ReadBytes(entry, native.bytes);
        }

        return type is null || type == native.dtype ? native : native.to(type.Value, disposeAfter: true);
    }

    /// <summary>Reads a tensor of weights to the CPU in single precision.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it holds values that are infinite or not a number.</exception>
    public Tensor ReadWeights(string name)
    {
        Tensor weights = ReadTensor(name, ScalarType.Float32);
        using DisposeScope scope = NewDisposeScope();
        if (weights.isfinite().all().item<bool>())
        {
            return weights;
        }

        weights.Dispose();
        throw new InvalidDataException(
            $"{_description}: '{name}' holds values that are infinite or not a number, so every score would be one. Get the file again.");
    }

    private ScalarType ToScalarType(SafetensorsEntry entry) => entry.Type switch
    {
        SafetensorsType.Bool => ScalarType.Bool,
        SafetensorsType.U8 => ScalarType.Byte,
        SafetensorsType.I8 => ScalarType.Int8,
        SafetensorsType.I16 => ScalarType.Int16,
        SafetensorsType.F16 => ScalarType.Float16,
        SafetensorsType.BF16 => ScalarType.BFloat16,
        SafetensorsType.I32 => ScalarType.Int32,
        SafetensorsType.F32 => ScalarType.Float32,
        SafetensorsType.F64 => ScalarType.Float64,
        SafetensorsType.I64 => ScalarType.Int64,
        _ => throw new InvalidDataException(
            $"{_description}: there is no tensor type for '{entry.Name}' ({SafetensorsEntry.TypeName(entry.Type)})."),
    };
}
