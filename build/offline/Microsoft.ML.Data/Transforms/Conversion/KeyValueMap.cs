using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>The values that the keys of one column stand for, as its KeyValues annotation tells.</summary>
internal abstract class KeyValueMap(PrimitiveDataViewType valueType)
{
    public PrimitiveDataViewType ValueType { get; } = valueType;

    public static KeyValueMap Of(IExceptionContext ectx, DataViewSchema.Column column)
    {
        var values = column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type as VectorDataViewType;
        ectx.Check(values is not null, $"Metadata KeyValues does not exist: column '{column.Name}' of type {column.Type} is no key with values.");
        ectx.Check(
            (ulong)values.Size == column.Type.GetItemType().GetKeyCount(),
            $"KeyValues metadata size does not match column type key count: column '{column.Name}' has {values.Size} values for {column.Type}.");
        return RawTypeCall.Invoke<KeyValueMap>(
            typeof(KeyValueMap), null, nameof(Create), [column.Type.GetItemType().RawType, values.ItemType.RawType], column, values.ItemType);
    }

    public abstract Delegate MakeGetter(DataViewRow input, DataViewSchema.Column column);

    private static KeyValueMap<TKey, TValue> Create<TKey, TValue>(DataViewSchema.Column column, PrimitiveDataViewType valueType)
    {
        VBuffer<TValue> values = default;
        column.Annotations.GetValue(AnnotationUtils.Kinds.KeyValues, ref values);
        return new KeyValueMap<TKey, TValue>(valueType, [.. values.DenseValues()]);
    }
}

internal sealed class KeyValueMap<TKey, TValue>(PrimitiveDataViewType valueType, TValue[] values) : KeyValueMap(valueType)
{
    private readonly TValue _missing = AbsentValue.Of<TValue>();

    public override Delegate MakeGetter(DataViewRow input, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType)
        {
            return MakeVectorGetter(input.GetGetter<VBuffer<TKey>>(column));
        }
        var getKey = input.GetGetter<TKey>(column);
        TKey key = default;
        return (ValueGetter<TValue>)((ref TValue destination) =>
        {
            getKey(ref key);
            destination = ValueOf(key);
        });
    }

    private ValueGetter<VBuffer<TValue>> MakeVectorGetter(ValueGetter<VBuffer<TKey>> getKeys)
    {
        VBuffer<TKey> keys = default;
        return (ref VBuffer<TValue> destination) =>
        {
            getKeys(ref keys);
            var editor = VBufferEditor.Create(ref destination, keys.Length);
            editor.Values.Fill(_missing);
            foreach (var (slot, key) in keys.Items())
            {
                editor.Values[slot] = ValueOf(key);
            }
            destination = editor.Commit();
        };
    }

    private TValue ValueOf(TKey key) => Number(key) is var number && number > 0 && number <= (ulong)values.Length ? values[number - 1] : _missing;

    private static ulong Number(TKey key) => key switch
    {
        byte number => number,
        ushort number => number,
        uint number => number,
        ulong number => number,
        _ => 0,
    };
}
