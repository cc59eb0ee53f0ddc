using System.Collections;

namespace Microsoft.ML.Data;

/// <summary>A reusable vector, dense (Count == Length) or sparse with ascending indices.</summary>
public readonly struct VBuffer<T> : IEnumerable
{
    public readonly int Length;

    private readonly T[] _values;
    private readonly int[] _indices;
    private readonly int _count;

    public VBuffer(int length, T[] values, int[] indices = null)
    {
        Range(length >= 0, nameof(length));
        Range((values?.Length ?? 0) >= length, nameof(values));
        Length = length;
        _count = length;
        _values = values;
        _indices = indices;
    }

    public VBuffer(int length, int count, T[] values, int[] indices)
    {
        Range(length >= 0, nameof(length));
        Range(count >= 0 && count <= length, nameof(count));
        Range((values?.Length ?? 0) >= count, nameof(values));
        Range(count == length || (indices?.Length ?? 0) >= count, nameof(indices));
        Length = length;
        _count = count;
        _values = values;
        _indices = indices;
    }

    public bool IsDense => _count == Length;

    public static void Copy(T[] source, int sourceIndex, ref VBuffer<T> destination, int length)
    {
        var size = source?.Length ?? 0;
        Range(length >= 0 && length <= size, nameof(length));
        Range(sourceIndex >= 0 && sourceIndex <= size - length, nameof(sourceIndex));
        var editor = VBufferEditor.Create(ref destination, length);
        source.AsSpan(sourceIndex, length).CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    public void CopyTo(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length, _count);
        GetValues().CopyTo(editor.Values);
        GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination, int sourceIndex, int length)
    {
        Range(sourceIndex >= 0 && sourceIndex <= Length, nameof(sourceIndex));
        Range(length >= 0 && sourceIndex <= Length - length, nameof(length));
        if (IsDense)
        {
            var dense = VBufferEditor.Create(ref destination, length);
            _values.AsSpan(sourceIndex, length).CopyTo(dense.Values);
            destination = dense.Commit();
            return;
        }
        var first = FirstSlotAtOrAfter(sourceIndex);
        var count = FirstSlotAtOrAfter(sourceIndex + length) - first;
        var editor = VBufferEditor.Create(ref destination, length, count);
        _values.AsSpan(first, count).CopyTo(editor.Values);
        for (var slot = 0; slot < editor.Indices.Length; slot++)
        {
            editor.Indices[slot] = _indices[first + slot] - sourceIndex;
        }
        destination = editor.Commit();
    }

    public void CopyTo(Span<T> destination) => CopyTo(destination, 0);

    public void CopyTo(Span<T> destination, int destinationIndex, T defaultValue = default)
    {
        Range(destinationIndex >= 0 && destinationIndex <= destination.Length - Length, nameof(destination));
        var target = destination.Slice(destinationIndex, Length);
        if (IsDense)
        {
            GetValues().CopyTo(target);
            return;
        }
        target.Fill(_count == 0 ? default : defaultValue);
        for (var slot = 0; slot < _count; slot++)
        {
            target[_indices[slot]] = _values[slot];
        }
    }

    public void CopyToDense(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false) => Items(_values, IsDense ? null : _indices, _count, Length, all);

    public IEnumerable<T> DenseValues() => Items(all: true).Select(static item => item.Value);

    public T GetItemOrDefault(int index)
    {
        Range(index >= 0 && index < Length, nameof(index));
        if (IsDense)
        {
            return _values[index];
        }
        var slot = FirstSlotAtOrAfter(index);
        return slot < _count && _indices[slot] == index ? _values[slot] : default;
    }

    public void GetItemOrDefault(int index, ref T destination) => destination = GetItemOrDefault(index);

    public IEnumerator GetEnumerator() => _values.GetEnumerator();

    public override string ToString()
        => IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    internal VBufferEditor<T> Edit(int length, int? count, int? capacity, bool keepOld, bool denseIndices)
    {
        Range(length >= 0, nameof(length));
        Range(count is null or >= 0 && (count ?? 0) <= length, nameof(count));
        var physical = count ?? length;
        var values = Sized(_values, physical, capacity, keepOld);
        var indices = physical < length || denseIndices ? Sized(_indices, physical, capacity, keepOld) : _indices;
        return new VBufferEditor<T>(length, physical, values, indices, denseIndices, values != _values, indices != _indices);
    }

    internal VBufferEditor<T> EditInPlace() => Edit(Length, _count, capacity: null, keepOld: false, denseIndices: false);

    private static TItem[] Sized<TItem>(TItem[] array, int size, int? capacity, bool keepOld)
    {
        if ((array?.Length ?? 0) >= size)
        {
            return array;
        }
        var larger = new TItem[Math.Max(size, Math.Min(capacity ?? int.MaxValue, 2 * (array?.Length ?? 0)))];
        if (keepOld)
        {
            array?.CopyTo(larger, 0);
        }
        return larger;
    }

    private static IEnumerable<KeyValuePair<int, T>> Items(T[] values, int[] indices, int count, int length, bool all)
    {
        var next = 0;
        for (var slot = 0; slot < count; slot++)
        {
            var index = indices is null ? slot : indices[slot];
            for (; all && next < index; next++)
            {
                yield return new KeyValuePair<int, T>(next, default);
            }
            yield return new KeyValuePair<int, T>(index, values[slot]);
            next = index + 1;
        }
        for (; all && next < length; next++)
        {
            yield return new KeyValuePair<int, T>(next, default);
        }
    }

    private static void Range(bool holds, string parameter)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(parameter);
        }
    }

    private int FirstSlotAtOrAfter(int index)
    {
        var found = _count == 0 ? 0 : Array.BinarySearch(_indices, 0, _count, index);
        return found < 0 ? ~found : found;
    }
}
