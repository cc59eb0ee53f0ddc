using System.Text;

namespace Microsoft.ML.Data;

/// <summary>Finds the codec of a type, or the one that a file describes.</summary>
internal static class ValueCodecs
{
    private const int MaxDimensions = 32;

    private static readonly ValueCodec[] s_simple =
    [
        new FixedSizeCodec<sbyte>(NumberDataViewType.SByte),
        new FixedSizeCodec<byte>(NumberDataViewType.Byte),
        new FixedSizeCodec<short>(NumberDataViewType.Int16),
        new FixedSizeCodec<ushort>(NumberDataViewType.UInt16),
        new FixedSizeCodec<int>(NumberDataViewType.Int32),
        new FixedSizeCodec<uint>(NumberDataViewType.UInt32),
        new FixedSizeCodec<long>(NumberDataViewType.Int64),
        new FixedSizeCodec<ulong>(NumberDataViewType.UInt64),
        new FixedSizeCodec<float>(NumberDataViewType.Single),
        new FixedSizeCodec<double>(NumberDataViewType.Double),
        new FixedSizeCodec<TimeSpan>(TimeSpanDataViewType.Instance),
        new FixedSizeCodec<DataViewRowId>(RowIdDataViewType.Instance),
        new TextCodec(),
        new BooleanCodec(),
        new DateTimeCodec(),
        new DateTimeOffsetCodec(),
    ];

    /// <summary>Null for a type that has no binary form, such as an image.</summary>
    public static ValueCodec ForTypeOrNull(DataViewType type)
    {
        switch (type)
        {
            case KeyDataViewType key:
                return KeyCodecOf(key);
            case VectorDataViewType vector:
                return ForTypeOrNull(vector.ItemType) is { } items ? VectorCodecOf(vector, items) : null;
            default:
                return s_simple.FirstOrDefault(codec => codec.Type.Equals(type));
        }
    }

    /// <summary>Reads past a description; null if it is not known.</summary>
    public static ValueCodec ReadDescriptionOrNull(BinaryReader reader)
    {
        var loadName = reader.ReadString();
        Decoding.Check(loadName.Length > 0, "A codec has no name.");
        var parameters = Decoding.ReadExactly(reader, reader.Read7BitEncodedInt64(), $"description of the codec '{loadName}'");
        using var inner = new BinaryReader(new MemoryStream(parameters), Encoding.UTF8);
        var codec = loadName switch
        {
            "Key2" => ReadKeyCodec(inner),
            "VBuffer" => ReadVectorCodec(inner),
            _ => s_simple.FirstOrDefault(simple => simple.LoadName == loadName),
        };
        Decoding.Check(codec is null || inner.BaseStream.Position == parameters.Length, $"The description of the codec '{loadName}' has bytes too many.");
        return codec;
    }

    private static ValueCodec ReadKeyCodec(BinaryReader reader)
    {
        var numbers = ReadDescriptionOrNull(reader);
        Decoding.Check(numbers is not null && KeyDataViewType.IsValidDataType(numbers.Type.RawType), "A key has an impossible type.");
        var count = reader.ReadUInt64();
        try
        {
            return KeyCodecOf(new KeyDataViewType(numbers.Type.RawType, count));
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new FormatException($"A key of {numbers.Type.RawType.Name} cannot have {count} values.", problem);
        }
    }

    private static ValueCodec ReadVectorCodec(BinaryReader reader)
    {
        if (ReadDescriptionOrNull(reader) is not { } items)
        {
            reader.BaseStream.Position = reader.BaseStream.Length;
            return null;
        }
        Decoding.Check(items.Type is PrimitiveDataViewType, "A vector's items cannot be vectors.");
        var count = reader.ReadInt32();
        Decoding.Check(count is >= 0 and <= MaxDimensions, $"A vector cannot have {count} dimensions.");
        var dimensions = new int[count];
        for (var index = 0; index < count; index++)
        {
            dimensions[index] = reader.ReadInt32();
        }
        try
        {
            var itemType = (PrimitiveDataViewType)items.Type;
            return VectorCodecOf(count == 0 ? new VectorDataViewType(itemType) : new VectorDataViewType(itemType, dimensions), items);
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new FormatException($"A vector cannot have the dimensions {string.Join(" x ", dimensions)}.", problem);
        }
    }

    private static ValueCodec KeyCodecOf(KeyDataViewType key)
        => RawTypeCall.Invoke<ValueCodec>(typeof(ValueCodecs), null, nameof(MakeKeyCodec), key.RawType, key);

    private static ValueCodec VectorCodecOf(VectorDataViewType vector, ValueCodec items)
        => RawTypeCall.Invoke<ValueCodec>(typeof(ValueCodecs), null, nameof(MakeVectorCodec), vector.ItemType.RawType, vector, items);

    private static ValueCodec MakeKeyCodec<T>(KeyDataViewType key)
        where T : unmanaged
        => new KeyCodec<T>(key, s_simple.OfType<FixedSizeCodec<T>>().First());

    private static ValueCodec MakeVectorCodec<T>(VectorDataViewType vector, ValueCodec items) => new VectorCodec<T>(vector, (ValueCodec<T>)items);
}
