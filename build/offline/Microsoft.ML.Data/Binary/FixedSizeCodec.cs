using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Data;

/// <summary>Packed little-endian values: numbers, time spans (ticks) and row ids.</summary>
internal sealed class FixedSizeCodec<T>(DataViewType type) : ValueCodec<T>(typeof(T).Name, type)
    where T : unmanaged
{
    public override void Write(BinaryWriter writer, ReadOnlySpan<T> values) => writer.Write(MemoryMarshal.AsBytes(values));

    public override T[] Read(BinaryReader reader, int count)
        => MemoryMarshal.Cast<byte, T>(Decoding.ReadExactly(reader, (long)count * Unsafe.SizeOf<T>(), "block of values")).ToArray();
}
