using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Onnx;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Loreal.Training.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Loreal;

/// <summary>
/// A trained model: the student that is scored at phi, its attribute slots, and a copy of the standard-resolution student.
/// </summary>
internal sealed partial class LorealModel : ScoredModel
{
    // Of a picture's area, of what its text features are learned from: less shows other things.
    private const float SmallestCrop = 0.5f;

    private readonly IPromptVocabulary _vocabulary;
    private readonly LorealModelDescription _description;
    private readonly PromptLearner _student;
    private readonly AttributeSlots? _slots;
    private readonly SavedState? _standard;
    private readonly StudentScorer _scorer;

    /// <summary>Takes over the student, the slots, the standard student's state, and its share of the CLIP model.</summary>
    public LorealModel(
        ClipBackbone backbone,
        SharedClip clip,
        IPromptVocabulary vocabulary,
        LorealModelDescription description,
        PromptLearner student,
        AttributeSlots? slots,
        SavedState? standard)
        : base(backbone, clip)
    {
        _vocabulary = vocabulary;
        _description = description;
        _student = student;
        _slots = slots;
        _standard = standard;
        _scorer = new StudentScorer(student, slots, clip.Model);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames => _description.ClassNames;

    /// <inheritdoc/>
    public override int Resolution => _description.Resolution;

    /// <inheritdoc/>
    public override int FeatureLength => Clip.Model.Config.EmbedDimension;

    /// <inheritdoc/>
    public override ComputePrecision Precision => _description.Precision;

    /// <summary>The classes that the prompts were trained for.</summary>
    private IReadOnlyList<string> TrainedClassNames => _description.TrainedClassNames ?? ClassNames;

    /// <inheritdoc/>
    public override void Score(Tensor pixels, Span<float> probabilities, Span<float> features = default)
    {
        Check(pixels, probabilities, features);
        long[] shape = pixels.shape;
        using UseGate.Use use = Enter();
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor encoded = _student.Encode(DeviceTransfer.Send(pixels, Device));                                                // [B, G]
        var parts = new List<Tensor>();
        for (long first = 0; first < shape[0]; first += _scorer.ImagesAtOnce)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor some = encoded.narrow(0, first, Math.Min(_scorer.ImagesAtOnce, shape[0] - first));
            parts.Add(_scorer.Logits(some).softmax(1).MoveToOuterDisposeScope());                                          // [b, C]
        }

        MemoryMarshal.Cast<byte, float>(cat(parts, 0).cpu().bytes).CopyTo(probabilities);                                  // [B, C]
        if (!features.IsEmpty)
        {
            MemoryMarshal.Cast<byte, float>(_student.Condition(encoded).cpu().contiguous().bytes).CopyTo(features);        // [B, J]
        }
    }

    /// <inheritdoc/>
    public override bool HasImageConditionedText => _slots is not null;

    /// <inheritdoc/>
    public override CompiledText CompileText(ILabeledImages images, CancellationToken cancel)
    {
        if (Precision != ComputePrecision.Single)
        {
            using LorealModel single = WithPrecision(ComputePrecision.Single);
            return single.CompileText(images, cancel);
        }

        using UseGate.Use use = Enter();
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using var stream = new FeatureStream(_student, Resolution);
        stream.KeepImageFeatures();
        (int[] chosen, int views) = CompiledText.ViewsFor(images.Count, ClassNames.Count, Clip.Model.Config.EmbedDimension);
        new FeatureCache(new ImageSelection(images, chosen), Backbone.ImageProcessor, SmallestCrop, views, seed: 0, Device)
            .Fill([stream], cancel);
        Tensor features = stream.ImageFeatures([.. Enumerable.Range(0, views * chosen.Length).Select(i => (long)i)]); // [M, G]
        return CompiledText.Fit(_student, _slots!, features, _scorer.ImagesAtOnce, cancel);
    }

    /// <summary>The same prompts for other classes.</summary>
    /// <param name="names">The class names.</param>
    /// <returns>A model of its own, which shares the frozen CLIP with this one; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The names cannot be used, as in training.</exception>
    /// <exception cref="InvalidOperationException">The contexts were learned for each class separately.</exception>
    public LorealModel WithClasses(IReadOnlyList<string> names)
    {
        using UseGate.Use use = Enter();
        if (!_description.Method.WorksForOtherClasses && !names.SequenceEqual(ClassNames))
        {
            throw new InvalidOperationException(
                $"The model was trained with class-specific prompts for its own {ClassNames.Count} classes and has none for others. Train "
                + "with classSpecific: false.");
        }

        return Copy(_description with { ClassNames = [.. names], TrainedClassNames = TrainedClassNames });
    }

    /// <summary>The same prompts over the backbone in another precision.</summary>
    /// <param name="precision">In what it computes: a concrete one.</param>
    /// <returns>A model of its own; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The device cannot compute in the precision.</exception>
    public LorealModel WithPrecision(ComputePrecision precision)
    {
        using UseGate.Use use = Enter();
        return Copy(_description with { Precision = precision });
    }

    /// <summary>Copies the standard-resolution student of this model into a learner.</summary>
    /// <exception cref="ArgumentException">
    /// This model was trained for other classes, with another backbone, method or settings of it, or without such a student.
    /// </exception>
    public void CopyStandardStudent(PromptLearner target, LorealPlan plan, IReadOnlyList<string> classNames)
    {
        using UseGate.Use use = Enter();
        if (Backbone.Identity != plan.Backbone.Identity)
        {
            throw new ArgumentException("The earlier model's standard-resolution student was trained on another backbone.", nameof(plan));
        }

        (JsonObject earlier, JsonObject now) = (_description.Method.Describe(), plan.Method.Describe());
        if (!JsonNode.DeepEquals(earlier, now))
        {
            throw new ArgumentException(
                $"The earlier model's standard-resolution student was trained with the method {earlier.ToJsonString()}; Method is now "
                + $"{now.ToJsonString()}.",
                nameof(plan));
        }

        if (!TrainedClassNames.SequenceEqual(classNames))
        {
            throw new ArgumentException(
                "The earlier model's standard-resolution student was trained for other classes.", nameof(classNames));
        }

        SavedState standard = _standard
            ?? throw new ArgumentException(
                "The earlier model has no standard-resolution student: it was trained without attributes.", nameof(plan));
        target.Load(name => standard[name]);
    }

    private LorealModel Copy(LorealModelDescription description)
    {
        using IDisposable gradients = Autograd.Enable();
        return Create(
            Backbone,
            Device,
            _vocabulary,
            description,
            name => State().First(s => s.Name == name).Value,
            _standard is null ? null : SavedState.Copy(_standard.Tensors));
    }

    /// <inheritdoc/>
    protected override void Free()
    {
        _scorer.Dispose();
        _student.Dispose();
        _slots?.Dispose();
        _standard?.Dispose();
    }
}
