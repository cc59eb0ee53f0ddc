using System.Collections;

namespace TorchSharp;

public static partial class torch
{
    public struct Size : IEnumerable<long>
    {
        public static Size Empty = new(Array.Empty<long>());

        private readonly long[] _shape;

        public Size(long[] shape) => _shape = [.. shape];

        public Size(int[] shape) => _shape = [.. shape.Select(size => (long)size)];

        public Size(IEnumerable<long> shape) => _shape = [.. shape];

        public Size(long size) => _shape = [size];

        public Size(int size) => _shape = [size];

        public readonly int Length => _shape.Length;

        public readonly bool IsEmpty => _shape.Length == 0;

        public readonly bool IsScalar => _shape.Length == 0;

        public readonly long[] Shape => _shape;

        public readonly long this[int idx] => _shape[idx];

        public readonly long this[long idx] => _shape[idx];

        public static implicit operator Size(long size) => new(size);

        public static implicit operator Size(long[] size) => new(size);

        public static implicit operator Size((long, long) size) => new([size.Item1, size.Item2]);

        public static implicit operator Size((long, long, long) size) => new([size.Item1, size.Item2, size.Item3]);

        public static implicit operator Size((long, long, long, long) size) =>
            new([size.Item1, size.Item2, size.Item3, size.Item4]);

        public static bool operator ==(Size left, Size right) => left.Equals(right);

        public static bool operator !=(Size left, Size right) => !left.Equals(right);

        public static Size operator +(Size left, Size right) => new([.. left._shape, .. right._shape]);

        public static Size operator +(Size left, IEnumerable<long> right) => new([.. left._shape, .. right]);

        public readonly long numel() => _shape.Aggregate(1L, (product, size) => product * size);

        public readonly Size Slice(int first, int next) => new(_shape[first..next]);

        public readonly IEnumerable<long> Take(int i) => _shape.Take(i);

        public override readonly bool Equals(object? obj) => obj is Size other && _shape.AsSpan().SequenceEqual(other._shape);

        public override readonly int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (long size in _shape)
            {
                hash.Add(size);
            }
            return hash.ToHashCode();
        }

        public readonly IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)_shape).GetEnumerator();

        readonly IEnumerator IEnumerable.GetEnumerator() => _shape.GetEnumerator();
    }
}
