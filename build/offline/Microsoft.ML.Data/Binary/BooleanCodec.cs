namespace Microsoft.ML.Data;

/// <summary>Eight values a byte, the first in the lowest bit.</summary>
internal sealed class BooleanCodec() : ValueCodec<bool>(nameof(Boolean), BooleanDataViewType.Instance)
{
    public override void Write(BinaryWriter writer, ReadOnlySpan<bool> values)
    {
        var bits = new byte[(values.Length + 7) / 8];
        for (var index = 0; index < values.Length; index++)
        {
            if (values[index])
            {
                bits[index / 8] |= (byte)(1 << (index % 8));
            }
        }
        writer.Write(bits);
    }

    public override bool[] Read(BinaryReader reader, int count)
    {
        var bits = Decoding.ReadExactly(reader, ((long)count + 7) / 8, "block of Booleans");
        var values = new bool[count];
        for (var index = 0; index < count; index++)
        {
            values[index] = (bits[index / 8] >> (index % 8) & 1) != 0;
        }
        return values;
    }
}
