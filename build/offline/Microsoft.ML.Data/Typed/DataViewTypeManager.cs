using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Which data view type stands for a .NET type of the user's that is none of the built-in ones, such as MLImage.</summary>
public static class DataViewTypeManager
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<MarkedType, DataViewType> s_dataViewTypes = [];
    private static readonly Dictionary<DataViewType, MarkedType> s_markedTypes = [];

    public static void Register(DataViewType dataViewType, Type type, DataViewTypeAttribute typeAttribute = null)
    {
        Contracts.CheckParam(
            ColumnTypeExtensions.PrimitiveTypeOrNull(type) is null && type != typeof(VBuffer<>) && type != typeof(Nullable<>),
            nameof(type),
            $"{type} is a built-in type and cannot be registered again.");
        var marked = new MarkedType(type, typeAttribute);
        lock (s_gate)
        {
            if (s_dataViewTypes.TryGetValue(marked, out var known) && !known.Equals(dataViewType))
            {
                throw Contracts.ExceptParam(nameof(type), $"{type} is registered as {known}; it cannot be {dataViewType} too.");
            }
            if (s_markedTypes.TryGetValue(dataViewType, out var taken) && !taken.Equals(marked))
            {
                throw Contracts.ExceptParam(nameof(dataViewType), $"{dataViewType} stands for {taken.Type}; it cannot stand for {type} too.");
            }
            s_dataViewTypes[marked] = dataViewType;
            s_markedTypes[dataViewType] = marked;
        }
    }

    internal static DataViewType GetDataViewTypeOrNull(Type type, IEnumerable<Attribute> attributes)
    {
        var marked = new MarkedType(type, SingleMark(type, attributes));
        lock (s_gate)
        {
            return s_dataViewTypes.GetValueOrDefault(marked);
        }
    }

    internal static bool Knows(DataViewType dataViewType)
    {
        lock (s_gate)
        {
            return s_markedTypes.ContainsKey(dataViewType);
        }
    }

    private static DataViewTypeAttribute SingleMark(Type type, IEnumerable<Attribute> attributes)
    {
        var marks = attributes?.OfType<DataViewTypeAttribute>().ToArray() ?? [];
        Contracts.CheckParam(
            marks.Length <= 1, nameof(type), $"A {type.Name} carries several attributes derived from {nameof(DataViewTypeAttribute)}; one is the limit.");
        return marks.FirstOrDefault();
    }

    private readonly record struct MarkedType(Type Type, DataViewTypeAttribute Mark)
    {
        public bool Equals(MarkedType other)
            => Type == other.Type && (Mark is null ? other.Mark is null : other.Mark is not null && Mark.Equals(other.Mark));

        // Attributes of equal meaning need not have equal hash codes: only the type counts.
        public override int GetHashCode() => Type.GetHashCode();
    }
}
