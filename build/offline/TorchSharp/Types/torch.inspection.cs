namespace TorchSharp;

public static partial class torch
{
    public static bool is_tensor(object obj) => obj is Tensor;

    public static long max_int_value(ScalarType type) => type switch
    {
        ScalarType.Byte => byte.MaxValue,
        ScalarType.Int8 => sbyte.MaxValue,
        ScalarType.Int16 => short.MaxValue,
        ScalarType.Int32 => int.MaxValue,
        ScalarType.Int64 => long.MaxValue,
        _ => throw new ArgumentException($"Type {type} is not an integer type."),
    };

    public static Tensor BoolTensor(Tensor t) => t.to_type(ScalarType.Bool);

    public static Tensor ByteTensor(Tensor t) => t.to_type(ScalarType.Byte);

    public static Tensor ShortTensor(Tensor t) => t.to_type(ScalarType.Int16);

    public static Tensor IntTensor(Tensor t) => t.to_type(ScalarType.Int32);

    public static Tensor LongTensor(Tensor t) => t.to_type(ScalarType.Int64);

    public static Tensor FloatTensor(Tensor t) => t.to_type(ScalarType.Float32);

    public static Tensor DoubleTensor(Tensor t) => t.to_type(ScalarType.Float64);

    public static Size broadcast_shapes(params long[][] shapes)
    {
        int rank = shapes.Length == 0 ? 0 : shapes.Max(shape => shape.Length);
        long[] result = new long[rank];
        Array.Fill(result, 1L);
        foreach (long[] shape in shapes)
        {
            for (int i = 0; i < shape.Length; i++)
            {
                int dim = rank - shape.Length + i;
                if (shape[i] != 1 && result[dim] != 1 && result[dim] != shape[i])
                {
                    throw new ArgumentException(
                        $"Shape mismatch: dimension {dim} is {result[dim]} in one shape and {shape[i]} in another; they cannot be broadcast.");
                }
                result[dim] = shape[i] == 1 ? result[dim] : shape[i];
            }
        }
        return new Size(result);
    }
}
