using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Training.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD.Teacher;

/// <summary>The teacher's image features in the feature cache; its exact answers are made from them batch by batch.</summary>
internal sealed class TeacherFeatures : ITeacherLabels
{
    private readonly PromptKDTeacher _teacher;
    private readonly FeatureCache _cache;
    private readonly FeatureStream _stream;
    private readonly double _temperature;

    /// <summary>Encodes the cached views.</summary>
    public TeacherFeatures(PromptKDTeacher teacher, FeatureCache cache, double temperature, CancellationToken cancel)
    {
        _teacher = teacher;
        _cache = cache;
        _temperature = temperature;
        _stream = new FeatureStream(teacher.Encoder, teacher.Resolution);
        _stream.KeepImageFeatures();
        try
        {
            cache.Fill([_stream], cancel);
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void BeginEpoch(int epoch, CancellationToken cancel) => _cache.BeginEpoch([_stream], ITeacherLabels.Stage, epoch, cancel);

    /// <inheritdoc/>
    public ImageRegion Region(int epoch, int image, RgbImage picture) =>
        _cache.Region(picture, image, _cache.View(_stream.Resolution, image, ITeacherLabels.Stage, epoch), _stream.Resolution);

    /// <inheritdoc/>
    public Tensor Probabilities(int epoch, int[] images)
    {
        using DisposeScope scope = NewDisposeScope();
        return _teacher.Probabilities(_cache.Batch(_stream, images, ITeacherLabels.Stage, epoch), _temperature).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
