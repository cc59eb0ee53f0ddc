using System.Collections.Concurrent;

namespace Microsoft.ML.Loreal.Images;

/// <summary>Pillow's integer weights of some outputs of one resized axis.</summary>
internal sealed class ResampledAxis
{
    /// <summary>The weights are multiples of 2^-22.</summary>
    public const int PrecisionBits = 22;

    private const int MaxCached = 256;

    private static readonly ConcurrentDictionary<(ResampleFilter Filter, int OldSize, int NewSize, int First, int Count), ResampledAxis>
        _cached = new();

    private ResampledAxis(ResampleFilter filter, int oldSize, int newSize, int first, int count)
    {
        IsIdentity = oldSize == newSize;
        Taps = IsIdentity ? 1 : ResampleWeights.MaximumTaps(filter, oldSize, newSize);
        Starts = new int[count];
        Counts = new int[count];
        Weights = new int[checked(count * Taps)];
        Halves = new WeightHalves(count, Taps);
        double[] weights = new double[Taps];
        for (int i = 0; i < count; i++)
        {
            (Starts[i], Counts[i]) =
                IsIdentity ? (first + i, 1) : ResampleWeights.Compute(filter, oldSize, newSize, first + i, weights);
            for (int tap = 0; tap < Counts[i]; tap++)
            {
                double scaled = (IsIdentity ? 1 : weights[tap]) * (1 << PrecisionBits);
                int weight = (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
                Weights[(i * Taps) + tap] = weight;
                Halves.Set(i, tap, weight);
            }
        }

        FirstSource = Starts[0];
        EndSource = Starts[^1] + Counts[^1];
    }

    /// <summary>Whether the axis keeps its length, so that every output is its source.</summary>
    public bool IsIdentity { get; }

    /// <summary>The room for weights of one output, of which it has <see cref="Counts"/>.</summary>
    public int Taps { get; }

    /// <summary>The first source of each output.</summary>
    public int[] Starts { get; }

    /// <summary>The number of sources of each output.</summary>
    public int[] Counts { get; }

    /// <summary>Outputs x <see cref="Taps"/>.</summary>
    public int[] Weights { get; }

    /// <summary>The same weights for instructions that multiply 16-bit numbers.</summary>
    public WeightHalves Halves { get; }

    /// <summary>The first source of all.</summary>
    public int FirstSource { get; }

    /// <summary>The end of the sources of all.</summary>
    public int EndSource { get; }

    /// <summary>The weights of outputs <paramref name="first"/> .. <paramref name="first"/> + <paramref name="count"/> - 1.</summary>
    public static ResampledAxis Get(ResampleFilter filter, int oldSize, int newSize, int first, int count)
    {
        (ResampleFilter, int, int, int, int) key = (filter, oldSize, newSize, first, count);
        if (_cached.TryGetValue(key, out ResampledAxis? axis))
        {
            return axis;
        }

        axis = new ResampledAxis(filter, oldSize, newSize, first, count);
        if (_cached.Count >= MaxCached)
        {
            // Random crops come in any size: only the sizes of the moment are worth keeping.
            _cached.Clear();
        }

        return _cached.GetOrAdd(key, axis);
    }
}
