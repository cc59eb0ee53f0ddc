using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Learns prompts for a frozen CLIP model from a few labelled images a class, so that images are classified well at a resolution below CLIP's standard one (LOREAL:
/// attribute-driven prompt self-distillation).
/// </summary>
/// <remarks>
/// Made by <c>mlContext.MulticlassClassification.Trainers.Loreal(...)</c>. It needs a label column (a key with text key values, the class names) and an image column
/// (<see cref="MLImage"/>, the path of a file, or an encoded file as a vector of bytes). With attributes, <see cref="Fit"/> runs three stages: the base method at the
/// standard resolution, the base method at the low one, and the distillation of the attribute meta-nets from the first to the second.
/// Paths and encoded files are decoded again whenever training looks at an image; pictures that come decoded are held in memory, three bytes a pixel.
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
    /// <exception cref="ArgumentException">There are fewer than two classes, a class without an image, or a class name that cannot be used in a prompt.</exception>
    /// <exception cref="InvalidDataException">An image cannot be read, and <see cref="Options.OnInvalidImage"/> is to throw.</exception>
    /// <exception cref="InvalidOperationException">The device that was asked for is not there.</exception>
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
        ClassTokens.Of(new TokenizerVocabulary(_options.Backbone.Tokenizer), classNames);
        TrainingImages images = TrainingImages.Read(
            input, labelColumn, imageColumn, new ImageDecoder(_options.MaximumPixels), _options.OnInvalidImage, channel, cancellation.Token);
        channel.Info(MessageSensitivity.None, $"Training on {images.Count} images of {classNames.Length} classes, scoring at {_options.LowResolution} px, on {device}.");

        using var progress = new TrainingProgress(_host, channel, _options.MetricsCallback);
        LorealModel model = LorealTraining.Fit(
            _options, _options.Seed ?? _host.Rand.Next(), device, classNames, images, progress.Report, cancellation.Token, _options.StandardStudent?.Model);
        return new LorealTransformer(
            _environment,
            model,
            new ScoringSettings(
                _options.ImageColumnName,
                _options.PredictedLabelColumnName,
                _options.ScoreColumnName,
                _options.OnInvalidImage,
                _options.MaximumPixels));
    }
}
