using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

internal static class ColumnTypeExtensions
{
    private static readonly Dictionary<Type, PrimitiveDataViewType> s_primitives = new()
    {
        [typeof(sbyte)] = NumberDataViewType.SByte,
        [typeof(byte)] = NumberDataViewType.Byte,
        [typeof(short)] = NumberDataViewType.Int16,
        [typeof(ushort)] = NumberDataViewType.UInt16,
        [typeof(int)] = NumberDataViewType.Int32,
        [typeof(uint)] = NumberDataViewType.UInt32,
        [typeof(long)] = NumberDataViewType.Int64,
        [typeof(ulong)] = NumberDataViewType.UInt64,
        [typeof(float)] = NumberDataViewType.Single,
        [typeof(double)] = NumberDataViewType.Double,
        [typeof(bool)] = BooleanDataViewType.Instance,
        [typeof(string)] = TextDataViewType.Instance,
        [typeof(ReadOnlyMemory<char>)] = TextDataViewType.Instance,
        [typeof(TimeSpan)] = TimeSpanDataViewType.Instance,
        [typeof(DateTime)] = DateTimeDataViewType.Instance,
        [typeof(DateTimeOffset)] = DateTimeOffsetDataViewType.Instance,
        [typeof(DataViewRowId)] = RowIdDataViewType.Instance,
    };

    public static PrimitiveDataViewType PrimitiveTypeOrNull(Type type) => s_primitives.GetValueOrDefault(type);

    public static PrimitiveDataViewType PrimitiveTypeFromType(Type type)
        => PrimitiveTypeOrNull(type) ?? throw Contracts.ExceptParam(nameof(type), $"{type} is no primitive data view type.");

    public static PrimitiveDataViewType PrimitiveTypeFromKind(DataKind kind) => PrimitiveTypeFromType(RawTypeOf(kind));

    /// <summary>The type itself, or a vector's items.</summary>
    public static DataViewType GetItemType(this DataViewType type) => type is VectorDataViewType vector ? vector.ItemType : type;

    /// <summary>The number of values: 1 for a scalar, 0 for a vector of unknown size.</summary>
    public static int GetValueCount(this DataViewType type) => type is VectorDataViewType vector ? vector.Size : 1;

    /// <summary>A key's count, and 0 for every other type.</summary>
    public static ulong GetKeyCount(this DataViewType type) => type is KeyDataViewType key ? key.Count : 0;

    /// <summary>A key's count as an Int32, and 0 for every other type.</summary>
    public static int GetKeyCountAsInt32(this DataViewType type, IExceptionContext ctx = null)
    {
        var count = type.GetKeyCount();
        ctx.Check(count <= int.MaxValue, $"The key type {type} has too many values.");
        return (int)count;
    }

    /// <summary>Equality of types that disregards the sizes of vectors which are not both known.</summary>
    public static bool SameSizeAndItemType(this DataViewType type, DataViewType other)
        => type is VectorDataViewType vector
            ? other is VectorDataViewType otherVector && vector.ItemType.Equals(otherVector.ItemType) && vector.Size == otherVector.Size
            : type.Equals(other);

    private static Type RawTypeOf(DataKind kind) => kind switch
    {
        DataKind.SByte => typeof(sbyte),
        DataKind.Byte => typeof(byte),
        DataKind.Int16 => typeof(short),
        DataKind.UInt16 => typeof(ushort),
        DataKind.Int32 => typeof(int),
        DataKind.UInt32 => typeof(uint),
        DataKind.Int64 => typeof(long),
        DataKind.UInt64 => typeof(ulong),
        DataKind.Single => typeof(float),
        DataKind.Double => typeof(double),
        DataKind.String => typeof(ReadOnlyMemory<char>),
        DataKind.Boolean => typeof(bool),
        DataKind.TimeSpan => typeof(TimeSpan),
        DataKind.DateTime => typeof(DateTime),
        DataKind.DateTimeOffset => typeof(DateTimeOffset),
        _ => throw Contracts.ExceptParamValue(kind, nameof(kind), "This is no kind of data."),
    };
}
