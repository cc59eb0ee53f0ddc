using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>A 128-bit identity of a row that survives filtering and shuffling; derived ids come from MurmurHash3's block step.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    private const ulong Murmur1 = 0x87c37b91114253d5;
    private const ulong Murmur2 = 0x4cf5ad432745937f;

    public readonly ulong Low;
    public readonly ulong High;

    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    public DataViewRowId Next() => Step(0, 0);

    public DataViewRowId Fork()
    {
        var next = Step(0, 0);
        return new DataViewRowId(next.Low ^ (BitOperations.RotateLeft(Murmur1, 31) * Murmur2), next.High);
    }

    public DataViewRowId Combine(DataViewRowId other)
    {
        other = other.Fork();
        var block1 = BitOperations.RotateLeft(other.Low * Murmur1, 31) * Murmur2;
        var block2 = BitOperations.RotateLeft(other.High * Murmur2, 33) * Murmur1;
        return Step(block1, block2);
    }

    public int CompareTo(DataViewRowId other)
    {
        var high = High.CompareTo(other.High);
        return high != 0 ? high : Low.CompareTo(other.Low);
    }

    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Low, High);

    public override string ToString() => $"{High:x16}{Low:x16}";

    private DataViewRowId Step(ulong block1, ulong block2)
    {
        var low = BitOperations.RotateLeft(Low ^ block1, 27) + High;
        low = (low * 5) + 0x52dce729;
        var high = BitOperations.RotateLeft(High ^ block2, 31) + low;
        high = (high * 5) + 0x38495ab5;
        return new DataViewRowId(low, high);
    }
}
