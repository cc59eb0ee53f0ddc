using Microsoft.ML.Loreal.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>
/// The views of all images at one student's resolution, as far as its image side does not change: while a method that learns there is
/// trained, the states that enter what learns; in all other cases the image features.
/// </summary>
/// <param name="student">The student whose views they are.</param>
/// <param name="resolution">The side of the views in pixels.</param>
internal sealed class FeatureStream(PromptLearner student, int resolution) : IDisposable
{
    // As many as are encoded at once: all their tokens go through the tower.
    private const long ImagesAtOnce = 32;

    private FeatureRows? _features; // view v of image i is row i * V + v
    private FeatureStorage? _storage;
    private bool _keepsImageFeatures = !student.LearnsImages;

    /// <summary>The student.</summary>
    public PromptLearner Student { get; } = student;

    /// <summary>The side of the views in pixels.</summary>
    public int Resolution { get; } = resolution;

    /// <summary>What is kept of some views.</summary>
    /// <param name="pixels">[b, 3, r, r], normalized.</param>
    /// <returns>[b, F].</returns>
    public Tensor Encode(Tensor pixels)
    {
        using IDisposable noGrad = no_grad();
        return _keepsImageFeatures ? Student.Encode(pixels) : Student.FrozenStates(pixels);
    }

    /// <summary>The student is trained: from now on its image features are kept.</summary>
    public void KeepImageFeatures()
    {
        if (_keepsImageFeatures)
        {
            return;
        }

        _keepsImageFeatures = true;
        if (_features is null || _storage is null)
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using FeatureWriter writer = _storage.Write(null, _features.Count);
        for (long first = 0; first < _features.Count; first += ImagesAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            writer.Add(Student.ImageFeatures(_features.Range(first, Math.Min(ImagesAtOnce, _features.Count - first)))); // [b, F] -> [b, G]
        }

        Replace(writer.Complete(), _storage);
    }

    /// <summary>Takes over new features.</summary>
    /// <param name="features">The features.</param>
    /// <param name="storage">Where others that are made of them go.</param>
    public void Replace(FeatureRows features, FeatureStorage storage)
    {
        _features?.Dispose();
        _features = features;
        _storage = storage;
    }

    /// <summary>The features of some rows.</summary>
    /// <returns>[B, F].</returns>
    public Tensor Rows(long[] rows) => _features!.Rows(rows);

    /// <summary>The image features of some rows as the student gives them now.</summary>
    /// <returns>[B, G].</returns>
    public Tensor ImageFeatures(long[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = Rows(rows);
        return (_keepsImageFeatures ? features : Student.ImageFeatures(features)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _features?.Dispose();
}
