using Microsoft.ML.Loreal.Checks;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>What a transformer keeps of the trainer's options besides the model.</summary>
internal sealed record ScoringSettings(
    string ImageColumnName,
    string PredictedLabelColumnName,
    string ScoreColumnName,
    InvalidImageAction OnInvalidImage,
    long MaximumPixels,
    bool ReducedScaleDecoding = false,
    ImageFormats ImageFormats = ImageFormats.All)
{
    /// <summary>A decoder as these settings ask for.</summary>
    /// <param name="resizedSide">The side to which pictures are resized.</param>
    public ImageDecoder CreateDecoder(int resizedSide) => new(MaximumPixels, ReducedScaleDecoding ? resizedSide : null, ImageFormats);

    /// <summary>Checks what a user set; the names are those of the options.</summary>
    /// <exception cref="ArgumentException">A setting cannot be used.</exception>
    public void Check()
    {
        OptionChecks.ColumnName(ImageColumnName, nameof(ImageColumnName));
        OptionChecks.ColumnName(ScoreColumnName, nameof(ScoreColumnName));
        OptionChecks.ColumnName(PredictedLabelColumnName, nameof(PredictedLabelColumnName));
        if (ScoreColumnName == PredictedLabelColumnName)
        {
            throw new ArgumentException(
                $"ScoreColumnName and PredictedLabelColumnName are both '{ScoreColumnName}'; give the two columns different names.",
                nameof(ScoreColumnName));
        }

        OptionChecks.Defined(OnInvalidImage, nameof(OnInvalidImage));
        OptionChecks.Check(MaximumPixels > 0, nameof(MaximumPixels), MaximumPixels, "above 0");
        AcceptedFormats.Check(ImageFormats);
    }
}
