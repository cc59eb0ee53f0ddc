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
}
