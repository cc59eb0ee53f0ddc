using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>Encoded views, one row of numbers each, looked up by their row.</summary>
internal abstract class FeatureRows : IDisposable
{
    /// <summary>The number of rows.</summary>
    public abstract long Count { get; }

    /// <summary>Some rows.</summary>
    /// <returns>[B, F], on the device.</returns>
    public abstract Tensor Rows(long[] rows);

    /// <summary>Rows that follow each other.</summary>
    /// <returns>[count, F], on the device.</returns>
    public abstract Tensor Range(long first, long count);

    /// <inheritdoc/>
    public abstract void Dispose();
}
