using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>Encoded views in the device's memory.</summary>
/// <param name="values">[N * V, F]; taken over.</param>
internal sealed class MemoryFeatureRows(Tensor values) : FeatureRows
{
    /// <inheritdoc/>
    public override long Count => values.shape[0];

    /// <inheritdoc/>
    public override Tensor Rows(long[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        return values.index_select(0, DeviceTransfer.Send(rows, values.device)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Range(long first, long count) => values.narrow(0, first, count);

    /// <inheritdoc/>
    public override void Dispose() => values.Dispose();
}
