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
    ImageFormats ImageFormats = ImageFormats.All,
    string? FeatureColumnName = null)
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

        CheckFeatureColumn(FeatureColumnName);
        OptionChecks.Defined(OnInvalidImage, nameof(OnInvalidImage));
        OptionChecks.Check(MaximumPixels > 0, nameof(MaximumPixels), MaximumPixels, "above 0");
        AcceptedFormats.Check(ImageFormats);
    }

    /// <summary>These settings with another feature column.</summary>
    /// <exception cref="ArgumentException">The name is empty, or another added column has it.</exception>
    public ScoringSettings WithFeatureColumn(string? name)
    {
        CheckFeatureColumn(name);
        return this with { FeatureColumnName = name };
    }

    private void CheckFeatureColumn(string? name)
    {
        if (name is null)
        {
            return;
        }

        OptionChecks.ColumnName(name, nameof(FeatureColumnName));
        foreach ((string other, string taken) in new[]
        {
            (nameof(ScoreColumnName), ScoreColumnName),
            (nameof(PredictedLabelColumnName), PredictedLabelColumnName),
            (nameof(ImageColumnName), ImageColumnName),
        })
        {
            if (name == taken)
            {
                throw new ArgumentException(
                    $"FeatureColumnName and {other} are both '{name}'; give the column with the features a name of its own.",
                    nameof(FeatureColumnName));
            }
        }
    }
}
