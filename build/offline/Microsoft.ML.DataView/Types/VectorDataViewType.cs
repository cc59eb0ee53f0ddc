using System.Collections.Immutable;

namespace Microsoft.ML.Data;

/// <summary>A vector or tensor of one primitive type; a dimension of 0 is not known before the data is.</summary>
public sealed class VectorDataViewType : StructuredDataViewType
{
    public VectorDataViewType(PrimitiveDataViewType itemType, int size = 0)
        : this(itemType, ImmutableArray.Create(NonNegative(size)))
    {
    }

    public VectorDataViewType(PrimitiveDataViewType itemType, params int[] dimensions)
        : this(itemType, ImmutableArray.Create(dimensions ?? throw new ArgumentNullException(nameof(dimensions))))
    {
    }

    public VectorDataViewType(PrimitiveDataViewType itemType, ImmutableArray<int> dimensions)
        : base(RawVectorType(itemType))
    {
        if (dimensions.IsDefaultOrEmpty || dimensions.Any(static dimension => dimension < 0))
        {
            throw new ArgumentOutOfRangeException(nameof(dimensions), "There must be at least one dimension, and none may be negative.");
        }
        ItemType = itemType;
        Dimensions = dimensions;
        Size = SizeOf(dimensions);
    }

    public ImmutableArray<int> Dimensions { get; }

    public PrimitiveDataViewType ItemType { get; }

    public int Size { get; }

    public bool IsKnownSize => Size > 0;

    public override bool Equals(DataViewType other)
        => other is VectorDataViewType vector && ItemType.Equals(vector.ItemType) && Dimensions.AsSpan().SequenceEqual(vector.Dimensions.AsSpan());

    public override bool Equals(object other) => other is DataViewType type && Equals(type);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(ItemType);
        foreach (var dimension in Dimensions)
        {
            hash.Add(dimension);
        }
        return hash.ToHashCode();
    }

    public override string ToString()
    {
        if (!IsKnownSize && Dimensions.Length == 1)
        {
            return $"Vector<{ItemType}>";
        }
        var dimensions = string.Join(", ", Dimensions.Select(static dimension => dimension == 0 ? "*" : dimension.ToString()));
        return $"Vector<{ItemType}, {dimensions}>";
    }

    private static int NonNegative(int size)
        => size >= 0 ? size : throw new ArgumentOutOfRangeException(nameof(size), size, "A size may not be negative.");

    private static int SizeOf(ImmutableArray<int> dimensions)
    {
        var size = 1L;
        foreach (var dimension in dimensions)
        {
            size *= dimension;
            if (size > int.MaxValue)
            {
                throw new ArgumentOutOfRangeException(nameof(dimensions), "The product of the dimensions is too large.");
            }
        }
        return (int)size;
    }

    private static Type RawVectorType(PrimitiveDataViewType itemType)
        => typeof(VBuffer<>).MakeGenericType((itemType ?? throw new ArgumentNullException(nameof(itemType))).RawType);
}
