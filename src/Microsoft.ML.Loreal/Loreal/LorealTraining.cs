using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Loreal.Training.Features;
using Microsoft.ML.Loreal.Training.Progress;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Loreal;

/// <summary>
/// Trains a model: 1. the prompt method at the standard resolution (student alpha), 2. the same at phi (student beta), 3. the attribute
/// slots that both share. Without attributes there is one student and one stage; a hand-written template needs no training.
/// </summary>
internal sealed class LorealTraining : IDisposable
{
    private const int DistillationStage = 3;

    private readonly LorealPlan _plan;
    private readonly TrainingContext _context;
    private readonly IReadOnlyList<string> _classNames;
    private readonly IReadOnlyList<int> _labels;
    private readonly SharedClip _clip;
    private readonly IPromptVocabulary _vocabulary;
    private readonly FeatureStorage _storage;
    private readonly FeatureCache _features;
    private readonly ILabeledImages? _validation;

    private LorealTraining(
        LorealPlan plan, TrainingContext context, IReadOnlyList<string> classNames, ILabeledImages images, ILabeledImages? validation)
    {
        _plan = plan;
        _context = context;
        _classNames = classNames;
        _labels = images.Labels;
        _validation = validation;
        _vocabulary = new TokenizerVocabulary(plan.Backbone.Tokenizer);
        _storage = new FeatureStorage(plan.FeatureCacheBytes, plan.FeatureCachePath ?? plan.WorkspacePath, context.Device);
        _features = new FeatureCache(
            images,
            plan.Backbone.ImageProcessor,
            plan.MinimumCropArea,
            plan.ViewsPerImage,
            context.Seed,
            context.Device,
            _storage,
            plan.DescribeEncoding(context.Device));
        _clip = SharedClip.Of(plan.Backbone, context.Device, plan.Precision);
    }

    /// <summary>Trains a model.</summary>
    /// <param name="plan">What is to be done, with a concrete precision.</param>
    /// <param name="context">What only this call knows.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="images">The training images.</param>
    /// <param name="validation">Images that are classified after every epoch; null for none. Without any nothing is stopped early.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">
    /// The classes or the attributes cannot be used, or the earlier model has no such standard-resolution student.
    /// </exception>
    /// <exception cref="InvalidOperationException">A loss became infinite or not a number.</exception>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public static LorealModel Fit(
        LorealPlan plan,
        TrainingContext context,
        IReadOnlyList<string> classNames,
        ILabeledImages images,
        ILabeledImages? validation = null)
    {
        context.Cancel.ThrowIfCancellationRequested();
        using var training = new LorealTraining(plan, context, classNames, images, validation);
        LorealModel model = plan.Slots is { } slots ? training.FitStudents(slots) : training.FitMethod();
        if (plan is { FeatureCachePath: null, WorkspacePath: { } workspace })
        {
            // The checkpoint of the complete training needs no views any more.
            FeatureStorage.Clear(workspace);
        }

        return model;
    }

    /// <inheritdoc/>
    public void Dispose() => _clip.Dispose();

    private LorealModel FitMethod()
    {
        PromptLearner student = CreateLearner(0, RandomUse.ScoredStudent);
        try
        {
            if (_plan.Method.Learns)
            {
                using var stream = new FeatureStream(student, _plan.TrainResolution);
                using Validation? validation = ValidationOf(student, _plan.LowResolution);
                int number = stream.Resolution == _plan.Backbone.Config.ImageResolution ? 1 : 2;
                Fill(number, [stream]);
                TrainPrompts(number, stream, validation);
            }

            return Model(student, null, null);
        }
        catch
        {
            student.Dispose();
            throw;
        }
    }

    private LorealModel FitStudents(AttributeSettings settings)
    {
        int tokenCount = AttributeSlots.Count(AttributeSlots.Tokenize(_vocabulary, settings.Words), settings.TokensPerAttribute);
        using PromptLearner alpha = CreateLearner(tokenCount, RandomUse.StandardStudent);
        PromptLearner? beta = null;
        AttributeSlots? slots = null;
        try
        {
            beta = CreateLearner(tokenCount, RandomUse.ScoredStudent);
            slots = settings.CreateSlots(
                _clip.Model, _vocabulary, _plan.MetaNetInitialization, Seeds.Stream(_context.Seed, RandomUse.MetaNets));
            using var high = new FeatureStream(alpha, _plan.Backbone.Config.ImageResolution);
            using var low = new FeatureStream(beta, _plan.LowResolution);
            using Validation? highValidation = ValidationOf(alpha, high.Resolution);
            using Validation? lowValidation = ValidationOf(beta, low.Resolution);
            _plan.StandardStudent?.CopyStandardStudent(alpha, _plan, _classNames);
            Fill(DistillationStage, [high, low]);
            if (_plan.StandardStudent is null)
            {
                TrainPrompts(1, high, highValidation);
            }
            else
            {
                alpha.Freeze();
            }

            TrainPrompts(2, low, lowValidation);
            Distill(high, low, slots, lowValidation);
            return Model(beta, slots, alpha);
        }
        catch
        {
            beta?.Dispose();
            slots?.Dispose();
            throw;
        }
    }

    /// <summary>Encodes what all epochs look up, unless the last stage is complete already and there is no epoch to come.</summary>
    private void Fill(int lastStage, IReadOnlyList<FeatureStream> streams)
    {
        if (_context.Checkpoints?.IsComplete(lastStage) != true)
        {
            _features.Fill(streams, _context.Cancel);
        }
    }

    private Validation? ValidationOf(PromptLearner student, int resolution)
    {
        if (_validation is null)
        {
            return null;
        }

        var views = new FeatureCache(
            _validation, _plan.Backbone.ImageProcessor, minimumArea: null, views: 1, _context.Seed, _context.Device, _storage);
        return new Validation(_validation.Labels, views, new FeatureStream(student, resolution), _clip.Model, _context.Cancel);
    }

    private TrainingStage Stage(int number, StageSettings settings, Validation? validation, AttributeSlots? slots) =>
        new(number, settings, _context.Seed, _context.OnEpoch, _context.Cancel)
        {
            Validate = validation is null ? null : () => validation.Measure(slots),
            EarlyStopping = validation is null ? null : _plan.EarlyStopping,
            Checkpoints = _context.Checkpoints,
        };

    /// <summary>Stages 1 and 2: the prompts of one student, on its own.</summary>
    private void TrainPrompts(int number, FeatureStream stream, Validation? validation)
    {
        PromptLearner student = stream.Student;
        if (_context.Checkpoints?.TryLoad(number, student.Load) == true)
        {
            student.Freeze();
            return;
        }

        TrainingStage stage = Stage(number, _plan.BaseStage, validation, null);
        int imagesAtOnce = student.LearnsImages
            ? GraphMemory.Images(_clip.Model.Visual.RetainedElements(stream.Resolution), _context.Device)
            : int.MaxValue;
        stage.Run(student.Parameters, _labels, BeginEpoch, Losses, imagesAtOnce);
        student.Freeze();
        _context.Checkpoints?.Complete(number, student.State);

        void BeginEpoch(int epoch) => _features.BeginEpoch([stream], number, epoch, _context.Cancel);

        StepLosses Losses(int epoch, int[] images, Tensor labels)
        {
            PromptLosses losses = student.Losses(_features.Batch(stream, images, number, epoch), labels);
            return new StepLosses(losses.Total, losses.Logits, [(TrainingLosses.CrossEntropy, losses.CrossEntropy)]);
        }
    }

    /// <summary>Stage 3: both students are frozen, the slots learn.</summary>
    private void Distill(FeatureStream high, FeatureStream low, AttributeSlots slots, Validation? validation)
    {
        const int number = DistillationStage;
        if (_context.Checkpoints?.TryLoad(number, slots.Load) == true)
        {
            return;
        }

        high.KeepImageFeatures();
        low.KeepImageFeatures();
        validation?.KeepImageFeatures();
        var students = new TwoStudents(high.Student, low.Student, slots, _clip.Model, _plan.Distillation);
        int epochs = _plan.DistillationStage.Epochs;
        TrainingStage stage = Stage(number, _plan.DistillationStage, validation, slots);
        stage.Run(slots.Parameters, _labels, BeginEpoch, Losses, students.ImagesAtOnce);
        _context.Checkpoints?.Complete(number, slots.State);

        void BeginEpoch(int epoch) => _features.BeginEpoch([high, low], number, epoch, _context.Cancel);

        StepLosses Losses(int epoch, int[] images, Tensor labels) => students.Losses(
            _features.Batch(high, images, number, epoch),
            _features.Batch(low, images, number, epoch),
            labels,
            MixSchedule.At(_plan.MixMaximum, _plan.MixStart, epoch, epochs));
    }

    private PromptLearner CreateLearner(int attributeTokens, RandomUse use) =>
        _plan.Method.CreateLearner(_clip.Model, _vocabulary, _classNames, attributeTokens, Seeds.Stream(_context.Seed, use));

    private LorealModel Model(PromptLearner student, AttributeSlots? slots, PromptLearner? standard)
    {
        var description = new LorealModelDescription(
            _plan.Method, [.. _classNames], _plan.LowResolution, _plan.Slots, _plan.Backbone.Sha256, Precision: _plan.Precision);
        SavedState? saved = standard is null ? null : SavedState.Copy(standard.State);
        SharedClip? clip = null;
        try
        {
            clip = SharedClip.Of(_plan.Backbone, _context.Device, _plan.Precision);
            return new LorealModel(_plan.Backbone, clip, _vocabulary, description, student, slots, saved);
        }
        catch
        {
            saved?.Dispose();
            clip?.Dispose();
            throw;
        }
    }
}
