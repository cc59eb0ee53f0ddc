using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Collects the distinct values of a column while a cursor runs over it.</summary>
internal abstract class TermCollector
{
    public static TermCollector Create(DataViewRow row, DataViewSchema.Column column, int maximum)
        => RawTypeCall.Invoke<TermCollector>(typeof(TermCollector), null, nameof(CreateTyped), column.Type.GetItemType().RawType, row, column, maximum);

    /// <summary>Takes the current row; false as soon as there are as many values as wanted.</summary>
    public abstract bool TakeRow();

    public abstract TermMap Finish(bool sorted);

    private static TermCollector<T> CreateTyped<T>(DataViewRow row, DataViewSchema.Column column, int maximum) => new(row, column, maximum);
}

internal sealed class TermCollector<T> : TermCollector
{
    private readonly PrimitiveDataViewType _itemType;
    private readonly int _maximum;
    private readonly HashSet<T> _seen = new(TermValues<T>.Equality);
    private readonly List<T> _terms = [];
    private readonly Action _takeValues;

    public TermCollector(DataViewRow row, DataViewSchema.Column column, int maximum)
    {
        _itemType = (PrimitiveDataViewType)column.Type.GetItemType();
        _maximum = maximum;
        _takeValues = column.Type is VectorDataViewType ? TakeVector(row.GetGetter<VBuffer<T>>(column)) : TakeScalar(row.GetGetter<T>(column));
    }

    public override bool TakeRow()
    {
        _takeValues();
        return _terms.Count < _maximum;
    }

    public override TermMap Finish(bool sorted)
    {
        if (sorted)
        {
            _terms.Sort(TermValues<T>.Order);
        }
        return new TermMap<T>(_itemType, [.. _terms]);
    }

    private Action TakeScalar(ValueGetter<T> getter)
    {
        T value = default;
        return () =>
        {
            getter(ref value);
            Take(value);
        };
    }

    private Action TakeVector(ValueGetter<VBuffer<T>> getter)
    {
        VBuffer<T> values = default;
        return () =>
        {
            getter(ref values);
            foreach (var value in values.DenseValues())
            {
                Take(value);
            }
        };
    }

    private void Take(T value)
    {
        if (_terms.Count >= _maximum || AbsentValue.IsMissing(_itemType, value) || _seen.Contains(value))
        {
            return;
        }
        // A text may be a slice of a much longer one, which must not be kept alive.
        var kept = value is ReadOnlyMemory<char> text ? (T)(object)text.ToString().AsMemory() : value;
        _seen.Add(kept);
        _terms.Add(kept);
    }
}
