using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>
/// Starting values drawn from .NET's seeded generator: the same on every device and whatever else draws random numbers in the process.
/// </summary>
internal static class RandomTensors
{
    /// <summary>Normal numbers with mean 0.</summary>
    public static Tensor Normal(Random random, double deviation, Device device, params long[] shape)
    {
        float[] values = new float[Length(shape)];
        for (int i = 0; i < values.Length; i++)
        {
            // Box-Muller; 1 - u is in (0, 1], so the logarithm is finite.
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return tensor(values, shape, float32, device);
    }

    /// <summary>Numbers uniform in [-bound, bound).</summary>
    public static Tensor Uniform(Random random, double bound, Device device, params long[] shape)
    {
        float[] values = new float[Length(shape)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(bound * (2 * random.NextDouble() - 1));
        }

        return tensor(values, shape, float32, device);
    }

    private static int Length(long[] shape)
    {
        int length = 1;
        foreach (long side in shape)
        {
            length = checked(length * (int)side);
        }

        return length;
    }
}
