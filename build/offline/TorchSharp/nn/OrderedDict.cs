using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Utils;

// A dictionary that remembers the order in which its keys were added: a module's state dict is written in that order.
public class OrderedDict<TKey, TValue> : IEnumerable<(TKey, TValue)>
    where TKey : notnull
{
    private readonly List<TKey> _order = [];
    private readonly Dictionary<TKey, TValue> _values = [];

    public int Count => _order.Count;

    public bool IsReadOnly => false;

    public ICollection<TKey> Keys => _order.ToArray();

    public ICollection<TValue> Values => values().ToArray();

    public TValue this[TKey key]
    {
        get => _values[key];
        set
        {
            if (!_values.ContainsKey(key))
            {
                _order.Add(key);
            }
            _values[key] = value;
        }
    }

    public (TKey, TValue) this[int index]
    {
        get => (_order[index], _values[_order[index]]);
        set
        {
            var old = _order[index];
            if (!EqualityComparer<TKey>.Default.Equals(old, value.Item1))
            {
                _values.Add(value.Item1, value.Item2);
                _values.Remove(old);
                _order[index] = value.Item1;
            }
            _values[value.Item1] = value.Item2;
        }
    }

    public void Add(TKey key, TValue value)
    {
        _values.Add(key, value);
        _order.Add(key);
    }

    public void Add((TKey, TValue) item) => Add(item.Item1, item.Item2);

    public void Add(KeyValuePair<TKey, TValue> item) => Add(item.Key, item.Value);

    public void Insert(int index, (TKey, TValue) item)
    {
        _values.Add(item.Item1, item.Item2);
        _order.Insert(index, item.Item1);
    }

    public bool Remove(TKey key)
    {
        _order.Remove(key);
        return _values.Remove(key);
    }

    public bool Remove((TKey, TValue) item) => Contains(item) && Remove(item.Item1);

    public bool Remove(KeyValuePair<TKey, TValue> item) => Remove((item.Key, item.Value));

    public void RemoveAt(int index)
    {
        _values.Remove(_order[index]);
        _order.RemoveAt(index);
    }

    public void Clear()
    {
        _order.Clear();
        _values.Clear();
    }

    public void clear() => Clear();

    public bool ContainsKey(TKey key) => _values.ContainsKey(key);

    public bool Contains((TKey, TValue) item) =>
        _values.TryGetValue(item.Item1, out var value) && EqualityComparer<TValue>.Default.Equals(value, item.Item2);

    public bool Contains(KeyValuePair<TKey, TValue> item) => Contains((item.Key, item.Value));

    public int IndexOf((TKey, TValue) item) => Contains(item) ? _order.IndexOf(item.Item1) : -1;

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

    public void CopyTo((TKey, TValue)[] array, int arrayIndex)
    {
        foreach (var item in this)
        {
            array[arrayIndex++] = item;
        }
    }

    public void CopyTo(KeyValuePair<TKey, TValue>[] array, int arrayIndex)
    {
        foreach (var (key, value) in this)
        {
            array[arrayIndex++] = new KeyValuePair<TKey, TValue>(key, value);
        }
    }

    public IEnumerable<TKey> keys() => _order;

    public IEnumerable<TValue> values() => _order.Select(key => _values[key]);

    public IEnumerator<(TKey, TValue)> items() => GetEnumerator();

    public IEnumerator<(TKey, TValue)> GetEnumerator() => _order.Select(key => (key, _values[key])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
