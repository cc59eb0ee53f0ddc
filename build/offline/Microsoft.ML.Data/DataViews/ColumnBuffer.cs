namespace Microsoft.ML.Data;

/// <summary>Values of one column kept by slot, so that rows can be read again in any order.</summary>
internal abstract class ColumnBuffer
{
    public static ColumnBuffer Create(DataViewSchema.Column column)
        => column.Type is VectorDataViewType vector
            ? (ColumnBuffer)Activator.CreateInstance(typeof(VectorBuffer<>).MakeGenericType(vector.ItemType.RawType))
            : (ColumnBuffer)Activator.CreateInstance(typeof(ValueBuffer<>).MakeGenericType(column.Type.RawType));

    /// <summary>Returns what stores the value of the row's current position in a slot.</summary>
    public abstract Action<int> Store(DataViewRow row, DataViewSchema.Column column);

    public abstract Delegate Getter(Func<int> slot);

    private abstract class Slots<TValue> : ColumnBuffer
    {
        private TValue[] _values = [];

        protected ref TValue this[int slot]
        {
            get
            {
                if (slot >= _values.Length)
                {
                    Array.Resize(ref _values, Math.Max(slot + 1, 2 * _values.Length));
                }
                return ref _values[slot];
            }
        }
    }

    private sealed class ValueBuffer<TValue> : Slots<TValue>
    {
        public override Action<int> Store(DataViewRow row, DataViewSchema.Column column)
        {
            var get = row.GetGetter<TValue>(column);
            return slot =>
            {
                // A fresh value: a getter may reuse the object that it is given, and another slot may hold it.
                var value = default(TValue);
                get(ref value);
                this[slot] = value;
            };
        }

        public override Delegate Getter(Func<int> slot) => (ValueGetter<TValue>)((ref TValue value) => value = this[slot()]);
    }

    private sealed class VectorBuffer<TItem> : Slots<VBuffer<TItem>>
    {
        public override Action<int> Store(DataViewRow row, DataViewSchema.Column column)
        {
            var get = row.GetGetter<VBuffer<TItem>>(column);
            return slot => get(ref this[slot]);
        }

        public override Delegate Getter(Func<int> slot)
            => (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> value) => this[slot()].CopyTo(ref value));
    }
}
