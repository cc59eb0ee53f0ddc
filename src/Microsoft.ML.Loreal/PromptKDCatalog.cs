using Microsoft.ML.Loreal.MLNet;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Adds PromptKD to the trainers of an <see cref="MLContext"/>: <c>mlContext.MulticlassClassification.Trainers.PromptKD(...)</c>.
/// </summary>
public static class PromptKDCatalog
{
    /// <summary>Creates a <see cref="PromptKDTrainer"/>, which teaches a small CLIP model on images without labels.</summary>
    /// <param name="catalog">The trainers of the <see cref="MLContext"/>.</param>
    /// <param name="teacher">The trained teacher, usually on a larger backbone, trained with <c>Attributes = null</c>.</param>
    /// <param name="imageColumnName">
    /// The image column: <c>MLImage</c>, the path of a file as text, or an encoded file as a vector of bytes.
    /// </param>
    /// <param name="backbone">The student's frozen CLIP model. Null: the small one that comes with the package.</param>
    /// <param name="lowResolution">
    /// The side in pixels at which the student sees images; a multiple of the backbone's patch. Null: the backbone's standard resolution.
    /// </param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentException">The teacher's prompts depend on the image.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The resolution does not fit the backbone; the message gives the nearest one that does.
    /// </exception>
    public static PromptKDTrainer PromptKD(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        LorealTransformer teacher,
        string imageColumnName = "Image",
        ClipBackbone? backbone = null,
        int? lowResolution = null)
    {
        return PromptKD(catalog, new PromptKDTrainer.Options
        {
            Teacher = teacher,
            ImageColumnName = imageColumnName,
            Backbone = backbone ?? ClipBackbone.Default,
            LowResolution = lowResolution,
        });
    }

    /// <summary>Creates a <see cref="PromptKDTrainer"/>, which teaches a small CLIP model on images without labels.</summary>
    /// <param name="catalog">The trainers of the <see cref="MLContext"/>.</param>
    /// <param name="options">The settings. The trainer keeps a copy: changing them later has no effect on it.</param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it and what is valid.</exception>
    public static PromptKDTrainer PromptKD(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        PromptKDTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new PromptKDTrainer(HostEnvironments.Of(catalog), options);
    }
}
