namespace TorchSharp;

/// <summary>TorchSharp's own way to write a tensor: type, rank and sizes as LEB128 numbers, then the elements' bytes.</summary>
internal static class TensorFile
{
    internal static void Write(torch.Tensor tensor, BinaryWriter writer)
    {
        long[] shape = tensor.shape;
        WriteNumber(writer, (long)tensor.dtype);
        WriteNumber(writer, shape.Length);
        foreach (long size in shape)
        {
            WriteNumber(writer, size);
        }
        writer.Flush();
        using torch.Tensor here = tensor.cpu();
        here.WriteBytesToStream(writer.BaseStream);
    }

    internal static torch.Tensor Read(BinaryReader reader)
    {
        (torch.ScalarType type, long[] shape) = ReadHeader(reader);
        torch.Tensor tensor = torch.empty(shape, type);
        tensor.ReadBytesFromStream(reader.BaseStream);
        return tensor;
    }

    /// <summary>Reads into a tensor that has the written type and shape already, or past the elements.</summary>
    internal static void ReadInto(torch.Tensor tensor, BinaryReader reader, bool skip)
    {
        (torch.ScalarType type, long[] shape) = ReadHeader(reader);
        if (!skip && type != tensor.dtype)
        {
            throw new ArgumentException($"Mismatched tensor data types while loading: {type} is stored, {tensor.dtype} was expected.");
        }
        if (!skip && !shape.AsSpan().SequenceEqual(tensor.shape))
        {
            throw new ArgumentException(
                $"Mismatched tensor shape while loading: [{string.Join(", ", shape)}] is stored, [{string.Join(", ", tensor.shape)}] was expected.");
        }
        if (skip)
        {
            using torch.Tensor ignored = torch.empty(shape, type);
            ignored.ReadBytesFromStream(reader.BaseStream);
        }
        else
        {
            tensor.ReadBytesFromStream(reader.BaseStream);
        }
    }

    private static (torch.ScalarType Type, long[] Shape) ReadHeader(BinaryReader reader)
    {
        var type = (torch.ScalarType)reader.Read7BitEncodedInt64();
        long[] shape = new long[reader.Read7BitEncodedInt64()];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = reader.Read7BitEncodedInt64();
        }
        return (type, shape);
    }

    private static void WriteNumber(BinaryWriter writer, long value) => writer.Write7BitEncodedInt64(value);
}
