using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Features;
using Microsoft.ML.Loreal.Training.Progress;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training;

/// <summary>Images that are not trained on, as one student sees them.</summary>
/// <param name="labels">The class of each image.</param>
/// <param name="views">One view of each image, without chance.</param>
/// <param name="stream">Where the student's features of them are kept; they are computed when they are first needed.</param>
/// <param name="clip">The frozen model that the student prompts.</param>
/// <param name="cancel">Looked at before every pass.</param>
internal sealed class Validation(
    IReadOnlyList<int> labels, FeatureCache views, FeatureStream stream, ClipModel clip, CancellationToken cancel) : IDisposable
{
    private const int ImagesAtOnce = 64;

    private bool _filled;

    /// <summary>The student is trained: from now on its image features are kept.</summary>
    public void KeepImageFeatures() => stream.KeepImageFeatures();

    /// <summary>How well the student, as it is now, classifies the images.</summary>
    /// <param name="slots">Its attribute slots; null for prompts without attributes.</param>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public ValidationMetrics Measure(AttributeSlots? slots)
    {
        if (!_filled)
        {
            views.Fill([stream], cancel);
            _filled = true;
        }

        using IDisposable noGrad = no_grad();
        using var scorer = new StudentScorer(stream.Student, slots, clip);
        using var sums = new RunningSums(clip.Device);
        foreach (int[] rows in Enumerable.Range(0, labels.Count).Chunk(Math.Min(ImagesAtOnce, scorer.ImagesAtOnce)))
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor logits = scorer.Logits(stream.ImageFeatures(Array.ConvertAll(rows, i => (long)i)));           // [b, C]
            Tensor target = DeviceTransfer.Send(Array.ConvertAll(rows, i => (long)labels[i]), logits.device);    // [b]
            Tensor loss = nn.functional.cross_entropy(logits, target);
            sums.Add(new StepLosses(loss, logits, []), target);
        }

        EpochSums whole = sums.Read();
        return new ValidationMetrics(whole.Total / labels.Count, (double)whole.Correct / labels.Count);
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
