using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Labels;
using Microsoft.ML.Loreal.Loreal;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Learns prompts for a frozen CLIP model from a few labeled images a class, so that images are classified well at a resolution below
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
    private const int MaxListed = 20;

    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly LorealPlan _plan;

    internal LorealTrainer(IHostEnvironment environment, Options options)
    {
        _plan = options.ToPlan();
        _environment = environment;
        _host = environment.Register(nameof(LorealTrainer));
    }

    /// <summary>The shape of the data after this step: the input's columns, the predicted label and the scores.</summary>
    /// <param name="inputSchema">The shape of the data before it.</param>
    /// <returns>The shape of the transformer's output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label or the image column is missing or of a type that cannot be used.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        LabelColumn.Check(inputSchema, _plan.LabelColumnName);
        ImageColumn.Check(inputSchema, _plan.Scoring.ImageColumnName);
        return OutputColumns.Append(
            inputSchema, _plan.Scoring.PredictedLabelColumnName, _plan.Scoring.ScoreColumnName, _plan.Scoring.FeatureColumnName);
    }

    /// <summary>Trains. Messages and progress go to the <see cref="MLContext"/>'s log.</summary>
    /// <param name="input">The training data. Rows without a label are left out with a warning.</param>
    /// <returns>The trained transformer; dispose it to free its native memory.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label or the image column is missing or of a type that cannot be used.</exception>
    /// <exception cref="ArgumentException">
    /// There are fewer than two classes, no image, with class-specific prompts a class without an image, or a class name that cannot be
    /// used in a prompt. Otherwise a class without an image is scored by the words of its name, and a warning names it.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// An image cannot be read, and <see cref="ClipTrainerOptions.OnInvalidImage"/> is to throw; the backbone's weights are not finite; or
    /// the checkpoint in <see cref="ClipTrainerOptions.WorkspacePath"/> is damaged.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// TorchSharp's native libraries do not load (the message says what is missing); the device that was asked for is not there, cannot
    /// compute in <see cref="ClipTrainerOptions.Precision"/>, or its memory is used up; the loss became infinite or not a number; or the
    /// folder of <see cref="ClipTrainerOptions.WorkspacePath"/> is used by another training or has a checkpoint of one.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// <see cref="ClipTrainerOptions.CancellationToken"/> or the MLContext's execution was canceled.
    /// </exception>
    public LorealTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        string[] classNames = LabelColumn.ClassNames(LabelColumn.Find(input.Schema, _plan.LabelColumnName));
        ImageColumn.Find(input.Schema, _plan.Scoring.ImageColumnName);
        ClassTokens.Of(new TokenizerVocabulary(_plan.Backbone.Tokenizer), classNames);
        LorealModel model = TrainerFit.Run(
            _environment,
            _host,
            _plan,
            (plan, seed, channel, cancel) => Read(input, plan, classNames, seed, channel, cancel),
            (plan, context, data) => LorealTraining.Fit(plan, context, classNames, data.Images, data.Validation));
        return new LorealTransformer(_environment, model, _plan.Scoring);
    }

    private static TrainingData Read(
        IDataView input, LorealPlan plan, string[] classNames, int seed, IChannel channel, CancellationToken cancel)
    {
        TrainingImages images = ReadImages(input);
        TrainingImages? validationSet = plan.ValidationSet is null ? null : ReadImages(plan.ValidationSet);
        if (validationSet?.Count == 0)
        {
            throw new ArgumentException($"{nameof(Options.ValidationSet)} has no labeled image.", nameof(Options.ValidationSet));
        }

        (ILabeledImages training, ILabeledImages? validation) = (images, validationSet);
        if (plan.ValidationFraction is { } fraction)
        {
            (training, validation) = ValidationSplit.Of(images, fraction, seed);
        }

        if (plan.Method.Learns)
        {
            CheckClasses(plan.Method, classNames, training, channel);
        }

        return new TrainingData(
            training, validation, $"images of {classNames.Length} classes", () => plan.Describe(seed, classNames, images, validationSet));

        TrainingImages ReadImages(IDataView data) =>
            TrainingImages.Read(data, plan.LabelColumnName, classNames, plan.Scoring, plan.IdentifiesImages, channel, cancel);
    }

    /// <summary>
    /// What the prompts of all classes share is learned from the images of any. One part of a cross-validation may well lack a rare class.
    /// </summary>
    private static void CheckClasses(PromptMethod method, string[] classNames, ILabeledImages images, IChannel channel)
    {
        if (images.Count == 0)
        {
            throw new ArgumentException("There is no labeled image to train on.", nameof(images));
        }

        var seen = images.Labels.ToHashSet();
        string[] empty = [.. classNames.Where((_, c) => !seen.Contains(c)).Select(name => $"\"{name}\"")];
        if (empty.Length == 0)
        {
            return;
        }

        string which = $"No training image has the class {string.Join(", ", empty.Take(MaxListed))}"
            + (empty.Length > MaxListed ? $" and {empty.Length - MaxListed} more" : string.Empty);
        if (!method.WorksForOtherClasses)
        {
            throw new ArgumentException(
                $"{which}; with class-specific prompts every class needs at least one. Add images, or train with classSpecific: false.",
                nameof(images));
        }

        channel.Warning(
            MessageSensitivity.None,
            $"{which}: what is learned from the other classes is used with its name, so it is scored by its words.");
    }
}
