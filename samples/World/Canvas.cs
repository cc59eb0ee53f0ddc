using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples;

/// <summary>The coordinates of a batch's pixels, and random numbers in shapes that go with them.</summary>
internal sealed class Canvas
{
    private readonly int _count;
    private readonly Generator _generator;

    internal Canvas(int count, Generator generator)
    {
        _count = count;
        _generator = generator;
        Tensor axis = ((arange(Painter.Side, dtype: ScalarType.Float32) + 0.5) / Painter.Side * 2) - 1;
        X = axis.reshape(1, 1, 1, Painter.Side);
        Y = axis.reshape(1, 1, Painter.Side, 1);
    }

    /// <summary>[1, 1, 1, side], growing to the right.</summary>
    internal Tensor X { get; }

    /// <summary>[1, 1, side, 1], growing downwards.</summary>
    internal Tensor Y { get; }

    /// <summary>[count, channels, 1, 1]</summary>
    internal Tensor Uniform(double low, double high, long channels = 1) =>
        (rand([_count, channels, 1, 1], generator: _generator) * (high - low)) + low;

    /// <summary>[count, channels, side, side]</summary>
    internal Tensor Normal(long channels, long side) => randn([_count, channels, side, side], generator: _generator);
}
