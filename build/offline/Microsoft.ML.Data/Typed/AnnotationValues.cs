using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Annotations that users give as plain .NET values: strings for text, arrays for vectors.</summary>
internal static class AnnotationValues
{
    public static Delegate GetterOf(string kind, object value, DataViewType type)
    {
        var raw = type.RawType;
        var converted = value switch
        {
            string text when raw == typeof(ReadOnlyMemory<char>) => text.AsMemory(),
            string[] texts when raw == typeof(VBuffer<ReadOnlyMemory<char>>)
                => new VBuffer<ReadOnlyMemory<char>>(texts.Length, Array.ConvertAll(texts, static text => text.AsMemory())),
            Array array when type is VectorDataViewType vector && array.GetType().GetElementType() == vector.ItemType.RawType
                => Activator.CreateInstance(raw, array.Length, array, null),
            _ => value,
        };
        Contracts.CheckParam(
            raw.IsInstanceOfType(converted), nameof(value), $"The annotation '{kind}' of type {type} cannot hold a {value?.GetType().ToString() ?? "null"}.");
        return (Delegate)GenericDelegates.InvokeStatic(typeof(AnnotationValues), nameof(Constant), [raw], converted);
    }

    private static ValueGetter<TValue> Constant<TValue>(object value)
    {
        var constant = (TValue)value;
        return (ref TValue destination) => destination = constant;
    }
}
