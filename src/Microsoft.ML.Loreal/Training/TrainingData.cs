using Microsoft.ML.Loreal.Training.Data;

namespace Microsoft.ML.Loreal.Training;

/// <summary>What a trainer read of its data.</summary>
/// <param name="Images">The images to train on.</param>
/// <param name="Validation">The images to validate on; null for none.</param>
/// <param name="Kind">What the images are, for the log.</param>
/// <param name="Describe">Describes the training, where it has a workspace: its images are identified then.</param>
internal sealed record TrainingData(ILabeledImages Images, ILabeledImages? Validation, string Kind, Func<string> Describe);
