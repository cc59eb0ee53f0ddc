using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>
/// The views of all images at one student's resolution, as far as its image side does not change: while a method that learns there is trained, the states that enter what learns; in all
/// other cases the image features.
/// </summary>
/// <param name="student">The student whose views they are.</param>
/// <param name="resolution">The side of the views in pixels.</param>
internal sealed class FeatureStream(PromptLearner student, int resolution) : IDisposable
{
    private const long SettledAtOnce = 256;

    private Tensor? _features; // [N * V, F]; view v of image i is row i * V + v
    private bool _settled = !student.LearnsImages;

    /// <summary>The student.</summary>
    public PromptLearner Student { get; } = student;

    /// <summary>The side of the views in pixels.</summary>
    public int Resolution { get; } = resolution;

    /// <summary>What is kept of some views.</summary>
    /// <param name="pixels">[b, 3, r, r], normalised.</param>
    /// <returns>[b, F].</returns>
    public Tensor Encode(Tensor pixels)
    {
        using var noGrad = no_grad();
        return _settled ? Student.Encode(pixels) : Student.FrozenStates(pixels);
    }

    /// <summary>The student is trained: from now on its image features are kept.</summary>
    public void Settle()
    {
        if (_settled)
        {
            return;
        }

        _settled = true;
        if (_features is null)
        {
            return;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (long first = 0; first < _features.shape[0]; first += SettledAtOnce)
        {
            parts.Add(Student.ImageFeatures(_features.narrow(0, first, Math.Min(SettledAtOnce, _features.shape[0] - first)))); // [b, F] -> [b, G]
        }

        Replace(cat(parts, 0).DetachFromDisposeScope());
    }

    /// <summary>Takes over new features.</summary>
    public void Replace(Tensor features)
    {
        _features?.Dispose();
        _features = features;
    }

    /// <summary>The features of some rows.</summary>
    /// <returns>[B, F].</returns>
    public Tensor Rows(long[] rows)
    {
        using var scope = NewDisposeScope();
        return _features!.index_select(0, tensor(rows, device: _features.device)).MoveToOuterDisposeScope();
    }

    /// <summary>The image features of some rows as the student gives them now.</summary>
    /// <returns>[B, G].</returns>
    public Tensor ImageFeatures(long[] rows)
    {
        using var scope = NewDisposeScope();
        var features = Rows(rows);
        return (_settled ? features : Student.ImageFeatures(features)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _features?.Dispose();
}
