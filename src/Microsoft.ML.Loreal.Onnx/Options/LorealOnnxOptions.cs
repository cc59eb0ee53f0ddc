using Microsoft.ML.Loreal.Scoring;

namespace Microsoft.ML.Loreal;

/// <summary>The settings of a <see cref="LorealOnnxTransformer"/>.</summary>
public sealed class LorealOnnxOptions : OnnxScoringOptions
{
    /// <summary>
    /// The image column: <c>MLImage</c>, the path of a file as text, or an encoded file as a vector of bytes. Default "Image".
    /// </summary>
    public string ImageColumnName { get; set; } = "Image";

    /// <summary>The output column with the probabilities, one slot per class. Default "Score".</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>The output column with the predicted class as a key. Default "PredictedLabel".</summary>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    /// <summary>
    /// The output column with the image's features, of unit length, as the classifier compares them with its classes' texts: a vector of
    /// single-precision numbers, for search, clustering or another classifier. They are a by-product of the scores. Default (null): none.
    /// </summary>
    public string? FeatureColumnName { get; set; }

    /// <summary>What a corrupt or unreadable image gets. Default: an exception that names it.</summary>
    public InvalidImageAction OnInvalidImage { get; set; } = InvalidImageAction.Throw;

    /// <summary>What a transformer keeps of the options.</summary>
    /// <exception cref="ArgumentException">A setting cannot be used.</exception>
    internal ScoringSettings ToSettings()
    {
        var settings = new ScoringSettings(
            ImageColumnName, PredictedLabelColumnName, ScoreColumnName, OnInvalidImage, MaximumPixels, ReducedScaleDecoding, ImageFormats,
            FeatureColumnName);
        settings.Check();
        return settings;
    }
}
