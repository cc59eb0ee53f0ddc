using Microsoft.ML.Loreal.MLNet;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Adds LOREAL to the trainers of an <see cref="MLContext"/>: <c>mlContext.MulticlassClassification.Trainers.Loreal(...)</c>.
/// </summary>
public static class LorealCatalog
{
    /// <summary>
    /// Creates a <see cref="LorealTrainer"/>, which learns to classify small images from a few labeled ones a class.
    /// </summary>
    /// <param name="catalog">The trainers of the <see cref="MLContext"/>.</param>
    /// <param name="labelColumnName">The label column: a key with text key values, as <c>MapValueToKey</c> makes it.</param>
    /// <param name="imageColumnName">
    /// The image column: <c>MLImage</c>, the path of a file as text, or an encoded file as a vector of bytes.
    /// </param>
    /// <param name="backbone">The frozen CLIP model. Null: the small one that comes with the package.</param>
    /// <param name="lowResolution">
    /// phi, the side in pixels at which images are scored; a multiple of the backbone's patch. Null: nine patches a side.
    /// </param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The resolution does not fit the backbone; the message gives the nearest one that does.
    /// </exception>
    public static LorealTrainer Loreal(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string imageColumnName = "Image",
        ClipBackbone? backbone = null,
        int? lowResolution = null)
    {
        return Loreal(catalog, new LorealTrainer.Options
        {
            LabelColumnName = labelColumnName,
            ImageColumnName = imageColumnName,
            Backbone = backbone ?? ClipBackbone.Default,
            LowResolution = lowResolution,
        });
    }

    /// <summary>
    /// Creates a <see cref="LorealTrainer"/>, which learns to classify small images from a few labeled ones a class.
    /// </summary>
    /// <param name="catalog">The trainers of the <see cref="MLContext"/>.</param>
    /// <param name="options">The settings. The trainer keeps a copy: changing them later has no effect on it.</param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it and what is valid.</exception>
    public static LorealTrainer Loreal(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        LorealTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new LorealTrainer(HostEnvironments.Of(catalog), options);
    }
}
