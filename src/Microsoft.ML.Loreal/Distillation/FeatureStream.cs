using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>The image features of one student: its views of all images at its resolution.</summary>
/// <param name="student">The student whose image features they are.</param>
/// <param name="resolution">The side of the views in pixels.</param>
internal sealed class FeatureStream(PromptLearner student, int resolution) : IDisposable
{
    private Tensor? _features; // [N * V, J], normalised; view v of image i is row i * V + v

    /// <summary>The student.</summary>
    public PromptLearner Student { get; } = student;

    /// <summary>The side of the views in pixels.</summary>
    public int Resolution { get; } = resolution;

    /// <summary>Takes over new features.</summary>
    public void Replace(Tensor features)
    {
        _features?.Dispose();
        _features = features;
    }

    /// <summary>The features of some rows.</summary>
    /// <returns>[B, J].</returns>
    public Tensor Rows(long[] rows)
    {
        using var scope = NewDisposeScope();
        return _features!.index_select(0, tensor(rows, device: _features.device)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _features?.Dispose();
}
