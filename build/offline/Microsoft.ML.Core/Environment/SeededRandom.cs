using System.Numerics;

namespace Microsoft.ML.Runtime;

/// <summary>
/// The generator behind every seed of ML.NET: three Tausworthe steps combined with a linear congruential one (GPU Gems 3,
/// chapter 37), seeded by MurmurHash3 rounds. Equal seeds split and shuffle data as the real packages do.
/// </summary>
internal sealed class SeededRandom : Random
{
    private uint _z1;
    private uint _z2;
    private uint _z3;
    private uint _z4;

    public SeededRandom(int seed)
    {
        _z1 = (uint)seed;
        _z2 = MurmurRound(_z1, _z1);
        _z3 = MurmurRound(_z2, _z1);
        _z4 = MurmurRound(_z3, _z1);
    }

    public SeededRandom(Random source)
    {
        _z1 = TauswortheSeed(source);
        _z2 = TauswortheSeed(source);
        _z3 = TauswortheSeed(source);
        _z4 = Bits(source);
    }

    public static SeededRandom Create(int? seed) => seed is { } value ? new SeededRandom(value) : new SeededRandom(new Random());

    /// <summary>Any Int32.</summary>
    public int NextSigned() => (int)NextBits();

    public override int Next()
    {
        var bits = NextBits();
        return (int)(bits & 0x7fffffff);
    }

    public override int Next(int maxValue)
    {
        Contracts.CheckParam(maxValue >= 0, nameof(maxValue), "The maximum may not be negative.");
        return (int)((ulong)NextBits() * (ulong)maxValue >> 32);
    }

    public override int Next(int minValue, int maxValue)
    {
        Contracts.CheckParam(minValue <= maxValue, nameof(minValue), "The minimum may not exceed the maximum.");
        return (int)((long)(NextDouble() * ((long)maxValue - minValue)) + minValue);
    }

    public override double NextDouble() => NextBits() * (1.0 / 4294967296.0);

    /// <summary>23 bits, so that rounding can never give 1.</summary>
    public override float NextSingle() => (NextBits() >> 9) * (1f / (1 << 23));

    public override void NextBytes(byte[] buffer)
    {
        for (var index = 0; index < buffer.Length; index++)
        {
            buffer[index] = (byte)Next();
        }
    }

    public static uint MurmurRound(uint hash, uint chunk)
    {
        hash ^= BitOperations.RotateLeft(chunk * 0xCC9E2D51, 15) * 0x1B873593;
        return (BitOperations.RotateLeft(hash, 13) * 5) + 0xE6546B64;
    }

    private static uint Bits(Random source) => ((uint)source.Next(0x10000) << 16) | (uint)source.Next(0x10000);

    private static uint TauswortheSeed(Random source)
    {
        // The Tausworthe steps drop up to seven low bits: a state without higher ones would stay at zero.
        uint seed;
        do
        {
            seed = Bits(source);
        }
        while (seed < 128);
        return seed;
    }

    private static uint Tausworthe(uint z, int first, int second, int third, uint mask)
        => ((z & mask) << third) ^ (((z << first) ^ z) >> second);

    private uint NextBits()
    {
        _z1 = Tausworthe(_z1, 13, 19, 12, ~0x1u);
        _z2 = Tausworthe(_z2, 2, 25, 4, ~0x7u);
        _z3 = Tausworthe(_z3, 3, 11, 17, ~0xfu);
        _z4 = (1664525 * _z4) + 1013904223;
        return _z1 ^ _z2 ^ _z3 ^ _z4;
    }
}
