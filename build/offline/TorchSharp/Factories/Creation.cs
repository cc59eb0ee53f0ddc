using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    public static Tensor from_array(
        Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, Shape(rawArray), dtype, device, requires_grad, names);

    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (offset < 0 || offset >= rawArray.LongLength)
        {
            throw new ArgumentException($"invalid value for 'offset': {offset}");
        }
        count = count < 0 ? rawArray.LongLength - offset : count;
        if (count > rawArray.LongLength - offset)
        {
            throw new IndexOutOfRangeException($"element count is too large: {count}");
        }
        using Tensor whole = FromArray(rawArray, [rawArray.LongLength], dtype, CPU, false);
        return Created(whole.narrow(0, offset, count).clone(), requires_grad);
    }

    public static Tensor sparse_coo_tensor(
        Tensor indices,
        Tensor values,
        long[] size,
        ScalarType? dtype = null,
        Device? device = null,
        bool requires_grad = false,
        string[]? names = null) =>
        Created(
            Operator.Call("sparse_coo_tensor", "indices_size", indices, values, size, dtype, Argument.None, InitializeDevice(device)),
            requires_grad, names);

    /// <summary>The one way from managed memory to a tensor: a block copy, then the cast and the move that are asked for.</summary>
    internal static unsafe Tensor FromArray(
        Array data, ReadOnlySpan<long> shape, ScalarType? dtype, Device? device, bool requires_grad, string[]? names = null)
    {
        Type element = data.GetType().GetElementType()!;
        ScalarType type = ElementTypes.ScalarTypeOf(element);
        long elements = 1;
        foreach (long size in shape)
        {
            elements *= size;
        }
        if (elements > data.LongLength)
        {
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {elements} vs. {data.LongLength}");
        }
        Tensor tensor = Operator.Call("empty", "memory_format", Argument.Of(shape), type, Argument.None, CPU);
        if (elements > 0)
        {
            NativeRuntime.Check(NativeMethods.lt_data(tensor.Handle, out nint target));
            long bytes = elements * ElementTypes.Size(type);
            fixed (byte* source = &MemoryMarshal.GetArrayDataReference(data))
            {
                Buffer.MemoryCopy(source, (void*)target, bytes, bytes);
            }
        }
        Device wanted = InitializeDevice(device);
        if ((dtype is ScalarType cast && cast != type) || wanted.type != DeviceType.CPU)
        {
            using Tensor original = tensor;
            tensor = original.to(dtype ?? type, wanted);
        }
        return Created(tensor, requires_grad, names);
    }

    internal static Tensor Created(Tensor tensor, bool requires_grad, string[]? names = null)
    {
        if (names is { Length: > 0 })
        {
            throw new NotSupportedException("Named dimensions are not part of the offline build; leave 'names' out.");
        }
        if (requires_grad)
        {
            tensor.requires_grad = true;
        }
        return tensor;
    }

    private static Tensor OutOf(Tensor @out, string name, string overload, Argument first, Argument second)
    {
        Operator.Run(name, overload, first, second, @out);
        return @out;
    }

    private static ScalarType TypeFor(Scalar value) => is_integral(value.Type) ? ScalarType.Int64 : get_default_dtype();

    private static Scalar First(Tensor tensor)
    {
        using (tensor)
        {
            return tensor.ToScalar();
        }
    }

    private static long[] Shape(Array array) => [.. Enumerable.Range(0, array.Rank).Select(dim => array.GetLongLength(dim))];
}
