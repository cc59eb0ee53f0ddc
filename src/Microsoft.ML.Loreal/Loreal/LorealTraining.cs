using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Checkpoints;
using Microsoft.ML.Loreal.Training.Features;
using Microsoft.ML.Loreal.Training.Data;
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

    private readonly LorealTrainer.Options _options;
    private readonly int _seed;
    private readonly Device _device;
    private readonly IReadOnlyList<string> _classNames;
    private readonly IReadOnlyList<int> _labels;
    private readonly Action<TrainingMetrics>? _onEpoch;
    private readonly CancellationToken _cancel;
    private readonly SharedClip _clip;
    private readonly IPromptVocabulary _vocabulary;
    private readonly FeatureStorage _storage;
    private readonly FeatureCache _features;
    private readonly TrainingStageOptions _baseStage;
    private readonly ILabelledImages? _validation;
    private readonly TrainingCheckpoints? _checkpoints;

    private LorealTraining(
        LorealTrainer.Options options,
        int seed,
        Device device,
        IReadOnlyList<string> classNames,
        ILabelledImages images,
        ILabelledImages? validation,
        Action<TrainingMetrics>? onEpoch,
        CancellationToken cancel,
        TrainingCheckpoints? checkpoints)
    {
        _options = options;
        _seed = seed;
        _device = device;
        _classNames = classNames;
        _labels = images.Labels;
        _validation = validation;
        _checkpoints = checkpoints;
        _onEpoch = onEpoch;
        _cancel = cancel;
        _baseStage = options.BaseStage ?? options.Method.PublishedStage;
        _vocabulary = new TokenizerVocabulary(options.Backbone.Tokenizer);
        _storage = new FeatureStorage(options.FeatureCacheMegabytes * (1L << 20), options.FeatureCachePath ?? options.WorkspacePath, device);
        _features = new FeatureCache(
            images,
            options.Backbone.ImageProcessor,
            options.MinimumCropArea,
            options.ViewsPerImage,
            seed,
            device,
            _storage,
            TrainingConfiguration.DescribeEncoding(options, device));
        _clip = SharedClip.Of(options.Backbone, device, options.Precision);
    }

    /// <summary>Trains a model.</summary>
    /// <param name="options">The settings. Columns and files are not looked at.</param>
    /// <param name="seed">The seed of everything random.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="images">The training images.</param>
    /// <param name="onEpoch">Told after every epoch, on the calling thread.</param>
    /// <param name="cancel">Looked at before every step and every image.</param>
    /// <param name="standardStudent">
    /// A model trained for the same classes with the same method and backbone, whose standard-resolution student takes the place of stage
    /// 1; null to train one.
    /// </param>
    /// <param name="validation">Images that are classified after every epoch; null for none. Without any nothing is stopped early.</param>
    /// <param name="checkpoints">Where the training goes on from and writes to; null for neither.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The classes, the attributes or an option cannot be used.</exception>
    /// <exception cref="InvalidOperationException">A loss became infinite or not a number.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public static LorealModel Fit(
        LorealTrainer.Options options,
        int seed,
        Device device,
        IReadOnlyList<string> classNames,
        ILabelledImages images,
        Action<TrainingMetrics>? onEpoch,
        CancellationToken cancel,
        LorealModel? standardStudent = null,
        ILabelledImages? validation = null,
        TrainingCheckpoints? checkpoints = null)
    {
        TrainingChecks.Check(options, classNames, images);
        cancel.ThrowIfCancellationRequested();
        using var training = new LorealTraining(options, seed, device, classNames, images, validation, onEpoch, cancel, checkpoints);
        LorealModel model = options.Attributes is null ? training.FitMethod() : training.FitStudents(options.Attributes, standardStudent);
        if (options is { FeatureCachePath: null, WorkspacePath: { } workspace })
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
            if (_options.Method.Learns)
            {
                using var stream = new FeatureStream(student, Resolutions.Train(_options, _options.Backbone.Config));
                using Validation? validation = ValidationOf(student, Resolutions.Low(_options, _options.Backbone.Config));
                int number = stream.Resolution == _options.Backbone.Config.ImageResolution ? 1 : 2;
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

    private LorealModel FitStudents(IReadOnlyList<string> attributes, LorealModel? standardStudent)
    {
        var settings = new AttributeSettings(attributes, _options.TokensPerAttribute, _options.HiddenWidth);
        int tokenCount = AttributeSlots.Count(AttributeSlots.Tokenize(_vocabulary, attributes), settings.TokensPerAttribute);
        using PromptLearner alpha = CreateLearner(tokenCount, RandomUse.StandardStudent);
        PromptLearner? beta = null;
        AttributeSlots? slots = null;
        try
        {
            beta = CreateLearner(tokenCount, RandomUse.ScoredStudent);
            slots = settings.CreateSlots(_clip.Model, _vocabulary, _options.MetaNetInitialization, Seeds.Stream(_seed, RandomUse.MetaNets));
            using var high = new FeatureStream(alpha, _options.Backbone.Config.ImageResolution);
            using var low = new FeatureStream(beta, Resolutions.Low(_options, _options.Backbone.Config));
            using Validation? highValidation = ValidationOf(alpha, high.Resolution);
            using Validation? lowValidation = ValidationOf(beta, low.Resolution);
            Fill(DistillationStage, [high, low]);
            if (standardStudent is null)
            {
                TrainPrompts(1, high, highValidation);
            }
            else
            {
                standardStudent.CopyStandardStudent(alpha, _options, _classNames);
                alpha.Freeze();
            }

            TrainPrompts(2, low, lowValidation);
            Distil(high, low, slots, lowValidation);
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
        if (_checkpoints?.IsComplete(lastStage) != true)
        {
            _features.Fill(streams, _cancel);
        }
    }

    private Validation? ValidationOf(PromptLearner student, int resolution)
    {
        if (_validation is null)
        {
            return null;
        }

        var views = new FeatureCache(_validation, _options.Backbone.ImageProcessor, minimumArea: null, views: 1, _seed, _device, _storage);
        return new Validation(_validation.Labels, views, new FeatureStream(student, resolution), _clip.Model, _cancel);
    }

    private TrainingStage Stage(int number, TrainingStageOptions settings, Validation? validation, AttributeSlots? slots) =>
        new(number, settings, _seed, _onEpoch, _cancel)
        {
            Validate = validation is null ? null : () => validation.Measure(slots),
            EarlyStopping = validation is null ? null : _options.EarlyStopping,
            Checkpoints = _checkpoints,
        };

    /// <summary>Stages 1 and 2: the prompts of one student, on its own.</summary>
    private void TrainPrompts(int number, FeatureStream stream, Validation? validation)
    {
        PromptLearner student = stream.Student;
        if (_checkpoints?.TryLoad(number, student.Load) == true)
        {
            student.Freeze();
            return;
        }

        TrainingStage stage = Stage(number, _baseStage, validation, null);
        stage.Run(student.Parameters, _labels, epoch => _features.BeginEpoch([stream], number, epoch, _cancel), (epoch, images, labels) =>
        {
            PromptLosses losses = student.Losses(_features.Batch(stream, images, number, epoch), labels);
            return new StepLosses(losses.Total, losses.CrossEntropy, null, null, null, losses.Logits);
        }, student.LearnsImages ? GraphMemory.Images(_clip.Model.Visual.RetainedElements(stream.Resolution), _device) : int.MaxValue);
        student.Freeze();
        _checkpoints?.Complete(number, student.State);
    }

    /// <summary>Stage 3: both students are frozen, the slots learn.</summary>
    private void Distil(FeatureStream high, FeatureStream low, AttributeSlots slots, Validation? validation)
    {
        const int number = DistillationStage;
        if (_checkpoints?.TryLoad(number, slots.Load) == true)
        {
            return;
        }

        high.Settle();
        low.Settle();
        validation?.Settle();
        var students = new TwoStudents(high.Student, low.Student, slots, _clip.Model, DistillationSettings.Of(_options));
        int epochs = _options.DistillationStage.Epochs;
        TrainingStage stage = Stage(number, _options.DistillationStage, validation, slots);
        stage.Run(slots.Parameters, _labels, epoch => _features.BeginEpoch([high, low], number, epoch, _cancel), (epoch, images, labels) => students.Losses(
            _features.Batch(high, images, number, epoch),
            _features.Batch(low, images, number, epoch),
            labels,
            MixSchedule.At(_options.MixMaximum, _options.MixStart, epoch, epochs)), students.ImagesAtOnce);
        _checkpoints?.Complete(number, slots.State);
    }

    private PromptLearner CreateLearner(int attributeTokens, RandomUse use) =>
        _options.Method.CreateLearner(_clip.Model, _vocabulary, _classNames, attributeTokens, Seeds.Stream(_seed, use));

    private LorealModel Model(PromptLearner student, AttributeSlots? slots, PromptLearner? standard)
    {
        var description = new LorealModelDescription(
            _options.Method,
            [.. _classNames],
            Resolutions.Low(_options, _options.Backbone.Config),
            _options.Attributes is null ? null : new AttributeSettings(_options.Attributes, _options.TokensPerAttribute, _options.HiddenWidth),
            _options.Backbone.Sha256,
            Precision: _options.Precision);
        return new LorealModel(_options.Backbone, SharedClip.Of(_options.Backbone, _device, _options.Precision), _vocabulary, description, student, slots, standard is null ? null : SavedState.Copy(standard.State));
    }
}
