using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A public field or property of a user's class, seen as a column.</summary>
internal sealed class UserMember
{
    private UserMember(MemberInfo member)
    {
        Member = member;
        Type = member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;
        IsVector = Type.IsArray || (Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(VBuffer<>));
        var item = !IsVector ? Type : Type.IsArray ? Type.GetElementType() : Type.GetGenericArguments()[0];
        ItemType = item == typeof(string) ? typeof(ReadOnlyMemory<char>) : item;
    }

    public MemberInfo Member { get; }

    public string Name => Member.Name;

    public string ColumnName => Member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? Member.Name;

    /// <summary>The member's own type, such as string or float[].</summary>
    public Type Type { get; }

    public bool IsVector { get; }

    /// <summary>The raw type of the column or of its vectors' items.</summary>
    public Type ItemType { get; }

    private DataViewType CustomType => DataViewTypeManager.GetDataViewTypeOrNull(ItemType, Member.GetCustomAttributes());

    public static IEnumerable<UserMember> Of(Type userType, SchemaDefinition.Direction direction)
    {
        var fields = userType.GetFields(BindingFlags.Public | BindingFlags.Instance).Where(static field => !field.IsLiteral);
        var properties = userType.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => IsUsable(property, direction));
        return fields.Cast<MemberInfo>().Concat(properties)
            .Where(static member => member.GetCustomAttribute<NoColumnAttribute>() is null)
            .Select(static member => new UserMember(member))
            .Where(static member => member.Type != typeof(IChannel));
    }

    public static UserMember Named(Type userType, string name)
    {
        var member = (MemberInfo)userType.GetField(name) ?? userType.GetProperty(name);
        return member is null
            ? throw Contracts.ExceptParam(nameof(name), $"No field or property with name '{name}' found in type '{userType.FullName}'")
            : new UserMember(member);
    }

    public void RegisterCustomType()
    {
        var marks = Member.GetCustomAttributes().OfType<DataViewTypeAttribute>().ToArray();
        Contracts.CheckParam(
            marks.Length <= 1, nameof(Member), $"The member {Name} carries several attributes derived from {nameof(DataViewTypeAttribute)}; one is the limit.");
        foreach (var mark in marks)
        {
            mark.Register();
        }
    }

    public DataViewType InferColumnType()
    {
        if (CustomType is { } custom)
        {
            return custom;
        }
        var itemType = InferItemType();
        var vector = Member.GetCustomAttribute<VectorTypeAttribute>();
        Contracts.CheckParam(vector is null || IsVector, nameof(Member), $"The member {Name} is marked with {nameof(VectorTypeAttribute)} but is no vector.");
        if (!IsVector)
        {
            return itemType;
        }
        return vector is null || vector.Dimensions.Length == 0 ? new VectorDataViewType(itemType) : new VectorDataViewType(itemType, vector.Dimensions);
    }

    /// <summary>Throws if this member cannot hold values of <paramref name="type"/>.</summary>
    public void CheckHolds(DataViewType type)
    {
        var itemType = type.GetItemType().RawType;
        Contracts.CheckParam(
            IsVector == type is VectorDataViewType && itemType == ItemType,
            nameof(type),
            $"The column '{ColumnName}' is said to be {type}, but the member {Name} is a {Type}.");
    }

    public bool Holds(DataViewType type)
        => type is VectorDataViewType vector ? IsVector && vector.ItemType.RawType == ItemType : !IsVector && type.RawType == ItemType;

    private static bool IsUsable(PropertyInfo property, SchemaDefinition.Direction direction)
        => property.GetIndexParameters().Length == 0
            && ((direction.HasFlag(SchemaDefinition.Direction.Read) && property.GetGetMethod() is not null)
                || (direction.HasFlag(SchemaDefinition.Direction.Write) && property.GetSetMethod() is not null));

    private PrimitiveDataViewType InferItemType()
    {
        var primitive = ColumnTypeExtensions.PrimitiveTypeOrNull(ItemType);
        if (primitive is null)
        {
            throw Contracts.ExceptParam("rawType", $"Could not determine an IDataView type and registered custom types for member {Name}");
        }
        var key = Member.GetCustomAttribute<KeyTypeAttribute>();
        Contracts.CheckParam(
            key is null || KeyDataViewType.IsValidDataType(ItemType), nameof(Member), $"The member {Name} is marked with {nameof(KeyTypeAttribute)} but is a {ItemType}.");
        return key is null ? primitive : new KeyDataViewType(ItemType, key.Count);
    }
}
