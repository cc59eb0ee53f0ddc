using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.PromptKD;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Teaches a small CLIP model to answer like a larger, trained one, on images without labels (PromptKD: unsupervised prompt distillation).
/// The student learns prompts of its image tower and a projection of its features to the teacher's; it is compared with the teacher's text
/// features, which are computed once.
/// </summary>
/// <remarks>
/// Made by <c>mlContext.MulticlassClassification.Trainers.PromptKD(...)</c>. It needs an image column (<see cref="MLImage"/>, the path of a
/// file, or an encoded file as a vector of bytes) and no label column. The teacher looks at every cached view of every image once, before
/// the first epoch; in the epochs only the student runs, on the same regions of the images.
/// </remarks>
public sealed partial class PromptKDTrainer : IEstimator<PromptKDTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly PromptKDPlan _plan;

    internal PromptKDTrainer(IHostEnvironment environment, Options options)
    {
        _plan = options.ToPlan();
        _environment = environment;
        _host = environment.Register(nameof(PromptKDTrainer));
    }

    /// <summary>The shape of the data after this step: the input's columns, the predicted label and the scores.</summary>
    /// <param name="inputSchema">The shape of the data before it.</param>
    /// <returns>The shape of the transformer's output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of a type that cannot be used.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Check(inputSchema, _plan.Scoring.ImageColumnName);
        return OutputColumns.Append(
            inputSchema, _plan.Scoring.PredictedLabelColumnName, _plan.Scoring.ScoreColumnName, _plan.Scoring.FeatureColumnName);
    }

    /// <summary>Trains. Messages and progress go to the <see cref="MLContext"/>'s log.</summary>
    /// <param name="input">The training data; labels are not looked at.</param>
    /// <returns>The trained transformer; dispose it to free its native memory.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of a type that cannot be used.</exception>
    /// <exception cref="ArgumentException">
    /// There are fewer than two images or classes, or a class name cannot be used in the teacher's prompts.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// An image cannot be read, and <see cref="ClipTrainerOptions.OnInvalidImage"/> is to throw; or the region table or the checkpoint that
    /// was found is damaged.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// TorchSharp's native libraries do not load (the message says what is missing); the device that was asked for is not there, cannot
    /// compute in <see cref="ClipTrainerOptions.Precision"/>, or its memory is used up; the loss became infinite or not a number; or the
    /// folder of <see cref="ClipTrainerOptions.WorkspacePath"/> is used by another training or has a checkpoint of one.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The teacher was disposed.</exception>
    /// <exception cref="OperationCanceledException">
    /// <see cref="ClipTrainerOptions.CancellationToken"/> or the MLContext's execution was canceled.
    /// </exception>
    public PromptKDTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ImageColumn.Find(input.Schema, _plan.Scoring.ImageColumnName);
        PromptKDModel model = TrainerFit.Run(
            _environment,
            _host,
            _plan,
            (plan, seed, channel, cancel) =>
            {
                var images = TrainingImages.Read(input, null, [], plan.Scoring, plan.IdentifiesImages, channel, cancel);
                return new TrainingData(images, null, "images without labels", () => plan.Describe(seed, images));
            },
            (plan, context, data) => PromptKDTraining.Fit(plan, context, data.Images));
        return new PromptKDTransformer(_environment, model, _plan.Scoring);
    }
}
