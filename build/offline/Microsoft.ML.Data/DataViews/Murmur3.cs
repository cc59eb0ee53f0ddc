using System.Buffers.Binary;
using System.Numerics;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The 32-bit variant of MurmurHash3.</summary>
internal static class Murmur3
{
    public static uint Hash(ReadOnlySpan<byte> bytes, uint seed)
    {
        var hash = seed;
        var rest = bytes;
        for (; rest.Length >= 4; rest = rest[4..])
        {
            hash = SeededRandom.MurmurRound(hash, BinaryPrimitives.ReadUInt32LittleEndian(rest));
        }
        var tail = 0u;
        for (var index = rest.Length - 1; index >= 0; index--)
        {
            tail = (tail << 8) | rest[index];
        }
        hash ^= BitOperations.RotateLeft(tail * 0xCC9E2D51, 15) * 0x1B873593;
        hash ^= (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }
}
