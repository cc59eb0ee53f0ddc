using System.Runtime.InteropServices;

namespace Microsoft.ML.Data;

/// <summary>
/// The number of vectors; their common length or 0; each length if it was 0; each count of explicit values, -1 for a dense
/// vector; the number of indices and the indices; all values in the items' own format.
/// </summary>
internal sealed class VectorCodec<T>(VectorDataViewType type, ValueCodec<T> items) : ValueCodec<VBuffer<T>>("VBuffer", type)
{
    private const int Dense = -1;

    public override void Write(BinaryWriter writer, ReadOnlySpan<VBuffer<T>> values)
    {
        var lengths = new List<int>();
        var counts = new List<int>();
        var indices = new List<int>();
        var explicitValues = new List<T>();
        foreach (var value in values)
        {
            if (type.IsKnownSize && value.Length != type.Size)
            {
                throw new InvalidOperationException($"Length mismatch: expected {type.Size} slots but got {value.Length}");
            }
            lengths.Add(value.Length);
            counts.Add(value.IsDense ? Dense : value.GetValues().Length);
            indices.AddRange(value.GetIndices());
            explicitValues.AddRange(value.GetValues());
        }
        var common = type.IsKnownSize ? type.Size : lengths.Distinct().Count() == 1 ? lengths[0] : 0;
        writer.Write(values.Length);
        writer.Write(common);
        if (common == 0)
        {
            WriteAll(writer, lengths);
        }
        WriteAll(writer, counts);
        writer.Write(indices.Count);
        WriteAll(writer, indices);
        items.Write(writer, CollectionsMarshal.AsSpan(explicitValues));
    }

    public override VBuffer<T>[] Read(BinaryReader reader, int count)
    {
        Decoding.Check(reader.ReadInt32() == count, $"A block of vectors should have {count} of them.");
        var common = reader.ReadInt32();
        Decoding.Check(type.IsKnownSize ? common == type.Size : common >= 0, $"A block of {type} has vectors of length {common}.");
        var lengths = common == 0 ? ReadAll(reader, count) : Enumerable.Repeat(common, count).ToArray();
        var counts = ReadAll(reader, count);
        var indices = ReadAll(reader, reader.ReadInt32());
        var total = 0L;
        var totalIndices = 0L;
        for (var index = 0; index < count; index++)
        {
            Decoding.Check(lengths[index] >= 0 && counts[index] >= Dense && counts[index] <= lengths[index], $"The vector {index} of a block has an impossible length.");
            total += counts[index] == Dense ? lengths[index] : counts[index];
            totalIndices += Math.Max(counts[index], 0);
        }
        Decoding.Check(totalIndices == indices.Length && total <= Array.MaxLength, "The counts of a block of vectors do not fit its indices.");
        return Split(lengths, counts, indices, items.Read(reader, (int)total));
    }

    protected override void WriteParameters(BinaryWriter writer)
    {
        items.WriteDescription(writer);
        writer.Write(type.Dimensions.Length);
        foreach (var dimension in type.Dimensions)
        {
            writer.Write(dimension);
        }
    }

    private static VBuffer<T>[] Split(int[] lengths, int[] counts, int[] indices, T[] values)
    {
        var vectors = new VBuffer<T>[lengths.Length];
        var nextValue = 0;
        var nextIndex = 0;
        for (var index = 0; index < vectors.Length; index++)
        {
            if (counts[index] == Dense)
            {
                vectors[index] = new VBuffer<T>(lengths[index], values.AsSpan(nextValue, lengths[index]).ToArray());
                nextValue += lengths[index];
                continue;
            }
            var places = indices.AsSpan(nextIndex, counts[index]).ToArray();
            var previous = -1;
            foreach (var place in places)
            {
                Decoding.Check(place > previous && place < lengths[index], $"The indices of the vector {index} of a block do not ascend within its length.");
                previous = place;
            }
            vectors[index] = new VBuffer<T>(lengths[index], counts[index], values.AsSpan(nextValue, counts[index]).ToArray(), places);
            nextValue += counts[index];
            nextIndex += counts[index];
        }
        return vectors;
    }

    private static void WriteAll(BinaryWriter writer, List<int> numbers) => writer.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(numbers)));

    private static int[] ReadAll(BinaryReader reader, int count)
    {
        Decoding.Check(count >= 0, "A count is negative.");
        return new FixedSizeCodec<int>(NumberDataViewType.Int32).Read(reader, count);
    }
}
