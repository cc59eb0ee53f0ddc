using System.Collections;

namespace TorchSharp.Utils;

/// <summary>Reads and writes the elements of a CPU tensor in place, in logical order whatever the strides.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T>
    where T : unmanaged
{
    private readonly torch.Tensor _tensor;
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly bool _contiguous;
    private readonly T* _data;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
        {
            throw new InvalidOperationException(
                "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        }
        // An alias keeps the memory alive for as long as the accessor is, without belonging to a dispose scope.
        _tensor = tensor.alias().DetachFromDisposeScope();
        _shape = tensor.shape;
        _strides = tensor.stride();
        _contiguous = tensor.is_contiguous();
        _data = (T*)tensor.CpuData();
        Count = tensor.NumberOfElements;
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    public T this[params long[] indices]
    {
        get => _data[Offset(indices)];
        set => _data[Offset(indices)] = value;
    }

    public static bool operator ==(TensorAccessor<T> left, TensorAccessor<T> right) => left.Equals(right);

    public static bool operator !=(TensorAccessor<T> left, TensorAccessor<T> right) => !left.Equals(right);

    public T[] ToArray()
    {
        T[] result = new T[Count];
        CopyTo(result);
        return result;
    }

    public Array ToNDArray()
    {
        Array result = Array.CreateInstance(typeof(T), _shape);
        T[] flat = ToArray();
        if (flat.Length > 0)
        {
            fixed (T* source = flat)
            fixed (byte* target = &System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(result))
            {
                long bytes = sizeof(T) * Count;
                Buffer.MemoryCopy(source, target, bytes, bytes);
            }
        }
        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        Span<T> target = array[arrayIndex..];
        if (tensorIndex >= Count)
        {
            return;
        }
        int length = (int)Math.Min(target.Length, Count - tensorIndex);
        if (_contiguous)
        {
            new ReadOnlySpan<T>(_data + tensorIndex, length).CopyTo(target);
            GC.KeepAlive(_tensor);
            return;
        }
        for (int i = 0; i < length; i++)
        {
            target[i] = At(tensorIndex + i);
        }
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        ReadOnlySpan<T> source = array[arrayIndex..];
        int length = (int)Math.Max(0, Math.Min(source.Length, Count - tensorIndex));
        if (_contiguous)
        {
            source[..length].CopyTo(new Span<T>(_data + tensorIndex, length));
            GC.KeepAlive(_tensor);
            return;
        }
        for (int i = 0; i < length; i++)
        {
            _data[LinearOffset(tensorIndex + i)] = source[i];
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
        {
            yield return At(i);
        }
    }

    public override bool Equals(object? obj) => obj is TensorAccessor<T> other && Count == other.Count && this.SequenceEqual(other);

    public override int GetHashCode() => HashCode.Combine(_tensor, Count);

    public void Dispose() => _tensor.Dispose();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The element at a position in row-major order.</summary>
    internal T At(long index)
    {
        if ((ulong)index >= (ulong)Count)
        {
            throw new IndexOutOfRangeException($"index {index} is out of range for a tensor of {Count} elements");
        }
        return _data[LinearOffset(index)];
    }

    private long LinearOffset(long index)
    {
        if (_contiguous)
        {
            return index;
        }
        long offset = 0;
        for (int dim = _shape.Length - 1; dim >= 0; dim--)
        {
            (index, long coordinate) = Math.DivRem(index, _shape[dim]);
            offset += coordinate * _strides[dim];
        }
        return offset;
    }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1)
        {
            long index = indices[0];
            if ((ulong)index >= (ulong)Count)
            {
                throw new IndexOutOfRangeException($"index {index} is out of range for a tensor of {Count} elements");
            }
            return LinearOffset(index);
        }
        if (indices.Length != _shape.Length)
        {
            throw new ArgumentException($"{indices.Length} indices for a tensor of {_shape.Length} dimensions");
        }
        long offset = 0;
        for (int dim = 0; dim < indices.Length; dim++)
        {
            if ((ulong)indices[dim] >= (ulong)_shape[dim])
            {
                throw new IndexOutOfRangeException($"index {indices[dim]} is out of range for dimension {dim} of size {_shape[dim]}");
            }
            offset += indices[dim] * _strides[dim];
        }
        return offset;
    }
}
