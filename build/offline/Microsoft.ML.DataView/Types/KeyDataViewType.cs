namespace Microsoft.ML.Data;

/// <summary>Values 1 to Count name Count things; 0 says that the value is missing.</summary>
public sealed class KeyDataViewType : PrimitiveDataViewType
{
    public KeyDataViewType(Type type, int count)
        : this(type, checked((ulong)Math.Max(count, 0)))
    {
    }

    public KeyDataViewType(Type type, ulong count)
        : base(type)
    {
        if (!IsValidDataType(type))
        {
            throw new ArgumentOutOfRangeException(nameof(type), $"A key must be a Byte, UInt16, UInt32 or UInt64, not {type}.");
        }
        if (count == 0 || count > MaximumCount(type))
        {
            throw new ArgumentOutOfRangeException(nameof(count), $"The count of a key of {type.Name} must be positive and fit that type, but is {count}.");
        }
        Count = count;
    }

    public ulong Count { get; }

    public static bool IsValidDataType(Type type)
        => type == typeof(byte) || type == typeof(ushort) || type == typeof(uint) || type == typeof(ulong);

    public override bool Equals(DataViewType other) => other is KeyDataViewType key && key.RawType == RawType && key.Count == Count;

    public override bool Equals(object other) => other is DataViewType type && Equals(type);

    public override int GetHashCode() => HashCode.Combine(RawType, Count);

    public override string ToString() => $"Key<{RawType.Name}, 0-{Count - 1}>";

    private static ulong MaximumCount(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => byte.MaxValue,
        TypeCode.UInt16 => ushort.MaxValue,
        TypeCode.UInt32 => uint.MaxValue,
        _ => ulong.MaxValue,
    };
}
