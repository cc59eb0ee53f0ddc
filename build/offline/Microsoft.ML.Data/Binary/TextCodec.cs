using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Data;

/// <summary>The count, where each text ends in the joined characters, then the joined characters as one UTF-8 string.</summary>
internal sealed class TextCodec() : ValueCodec<ReadOnlyMemory<char>>("TextSpan", TextDataViewType.Instance)
{
    // Old files mark a missing text in the highest bit of its end.
    private const int EndMask = int.MaxValue;

    public override void Write(BinaryWriter writer, ReadOnlySpan<ReadOnlyMemory<char>> values)
    {
        var joined = new StringBuilder();
        writer.Write(values.Length);
        foreach (var value in values)
        {
            joined.Append(value.Span);
            writer.Write(joined.Length);
        }
        writer.Write(joined.ToString());
    }

    public override ReadOnlyMemory<char>[] Read(BinaryReader reader, int count)
    {
        Decoding.Check(reader.ReadInt32() == count, $"A block of texts should have {count} of them.");
        var ends = MemoryMarshal.Cast<byte, int>(Decoding.ReadExactly(reader, (long)count * sizeof(int), "ends of the texts"));
        var joined = reader.ReadString().AsMemory();
        var values = new ReadOnlyMemory<char>[count];
        var start = 0;
        for (var index = 0; index < count; index++)
        {
            var end = ends[index] & EndMask;
            Decoding.Check(end >= start && end <= joined.Length, $"The text {index} of a block lies outside of it.");
            values[index] = ends[index] < 0 ? default : joined[start..end];
            start = end;
        }
        Decoding.Check(start == joined.Length, "The texts of a block do not end where its characters end.");
        return values;
    }
}
