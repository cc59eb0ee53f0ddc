using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Labels;
using Microsoft.ML.Loreal.Loreal;
using Microsoft.ML.Loreal.MLNet;
using Microsoft.ML.Loreal.Options;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Checkpoints;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Loreal.Training.Progress;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Learns prompts for a frozen CLIP model from a few labelled images a class, so that images are classified well at a resolution below
/// CLIP's standard one (LOREAL: attribute-driven prompt self-distillation).
/// </summary>
/// <remarks>
/// Made by <c>mlContext.MulticlassClassification.Trainers.Loreal(...)</c>. It needs a label column (a key with text key values, the class
/// names) and an image column (<see cref="MLImage"/>, the path of a file, or an encoded file as a vector of bytes). With attributes,
/// <see cref="Fit"/> runs three stages: the base method at the standard resolution, the base method at the low one, and the distillation of
/// the attribute meta-nets from the first to the second. Paths and encoded files are decoded again whenever training looks at an image;
/// pictures that come decoded are held in memory, three bytes a pixel.
/// </remarks>
public sealed partial class LorealTrainer : IEstimator<LorealTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly Options _options;

    internal LorealTrainer(IHostEnvironment environment, Options options)
    {
        OptionsGuard.Check(options);
        _environment = environment;
        _host = environment.Register(nameof(LorealTrainer));
        _options = options.Copy();
        _options.LowResolution = Resolutions.Low(options, options.Backbone.Config);
    }

    /// <summary>The shape of the data after this step: the input's columns, the predicted label and the scores.</summary>
    /// <param name="inputSchema">The shape of the data before it.</param>
    /// <returns>The shape of the transformer's output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label or the image column is missing or of a type that cannot be used.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        LabelColumn.Check(inputSchema, _options.LabelColumnName);
        ImageColumn.Check(inputSchema, _options.ImageColumnName);
        return OutputColumns.Append(inputSchema, _options.PredictedLabelColumnName, _options.ScoreColumnName);
    }

    /// <summary>Trains. Messages and progress go to the <see cref="MLContext"/>'s log.</summary>
    /// <param name="input">The training data. Rows without a label are left out with a warning.</param>
    /// <returns>The trained transformer; dispose it to free its native memory.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label or the image column is missing or of a type that cannot be used.</exception>
    /// <exception cref="ArgumentException">
    /// There are fewer than two classes, a class without an image, or a class name that cannot be used in a prompt.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// An image cannot be read, and <see cref="Options.OnInvalidImage"/> is to throw; the backbone's weights are not finite; or the
    /// checkpoint in <see cref="Options.WorkspacePath"/> is damaged.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// TorchSharp's native libraries do not load (the message says what is missing); the device that was asked for is not there, cannot
    /// compute in <see cref="Options.Precision"/>, or its memory is used up; the loss became infinite or not a number; or the folder of
    /// <see cref="Options.WorkspacePath"/> is used by another training or has a checkpoint of one.
    /// </exception>
    /// <exception cref="OperationCanceledException">The MLContext's execution was cancelled.</exception>
    public LorealTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column labelColumn = LabelColumn.Find(input.Schema, _options.LabelColumnName);
        DataViewSchema.Column imageColumn = ImageColumn.Find(input.Schema, _options.ImageColumnName);
        string[] classNames = LabelColumn.ClassNames(labelColumn);

        using IChannel channel = _host.Start("Fit");
        using var cancellation = new HostCancellation(_host);
        torch.Device device = DeviceSelection.Select(_options.Device, _environment, channel);
        Options options = _options.Copy();
        options.Precision = AutoPrecision.Resolve(options.Precision, options.Backbone.Config, device, message => channel.Info(MessageSensitivity.None, message));
        PrecisionSupport.Check(options.Precision, device);
        ClassTokens.Of(new TokenizerVocabulary(options.Backbone.Tokenizer), classNames);
        using var workspace = new TrainingWorkspace(options.WorkspacePath);
        int seed = workspace.Seed(options.Seed, _host);

        TrainingImages images = Read(input, labelColumn, imageColumn, classNames, channel, cancellation.Token);
        TrainingImages? validationSet = ReadValidationSet(classNames, channel, cancellation.Token);
        using TrainingCheckpoints? checkpoints = workspace.Checkpoints(
            () => TrainingConfiguration.Describe(options, seed, classNames, images, validationSet), options.CheckpointInterval, channel);
        (ILabelledImages training, ILabelledImages? validation) = (images, validationSet);
        if (options.ValidationFraction is { } fraction)
        {
            (training, validation) = ValidationSplit.Of(images, fraction, seed);
        }

        channel.Info(MessageSensitivity.None, $"Training on {training.Count} images of {classNames.Length} classes, scoring at {options.LowResolution} px, on {device}.");
        if (validation is not null)
        {
            channel.Info(MessageSensitivity.None, $"Validating on {validation.Count} images.");
        }

        using var progress = new TrainingProgress(_host, channel, options.MetricsCallback);
        LorealModel model = DeviceMemory.Watch(device, () => LorealTraining.Fit(
            options, seed, device, classNames, training, progress.Report, cancellation.Token, options.StandardStudent?.Model, validation, checkpoints));
        return new LorealTransformer(
            _environment,
            model,
            new ScoringSettings(
                options.ImageColumnName,
                options.PredictedLabelColumnName,
                options.ScoreColumnName,
                options.OnInvalidImage,
                options.MaximumPixels,
                options.ReducedScaleDecoding,
                options.ImageFormats));
    }

    private TrainingImages Read(
        IDataView data, DataViewSchema.Column labelColumn, DataViewSchema.Column imageColumn, string[] classNames, IChannel channel, CancellationToken cancel) =>
        TrainingImages.Read(
            data,
            labelColumn,
            imageColumn,
            classNames,
            new ImageDecoder(_options.MaximumPixels, formats: _options.ImageFormats),
            _options.OnInvalidImage,
            withDigest: _options.WorkspacePath is not null || _options.FeatureCachePath is not null,
            channel,
            cancel);

    private TrainingImages? ReadValidationSet(string[] classNames, IChannel channel, CancellationToken cancel)
    {
        if (_options.ValidationSet is not { } data)
        {
            return null;
        }

        TrainingImages images = Read(
            data,
            LabelColumn.Find(data.Schema, _options.LabelColumnName),
            ImageColumn.Find(data.Schema, _options.ImageColumnName),
            classNames,
            channel,
            cancel);
        return images.Count > 0 ? images : throw new ArgumentException($"{nameof(Options.ValidationSet)} has no labelled image.", nameof(Options.ValidationSet));
    }
}
