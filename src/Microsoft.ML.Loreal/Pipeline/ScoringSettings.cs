namespace Microsoft.ML.Loreal;

/// <summary>What a transformer keeps of the trainer's options besides the model.</summary>
internal sealed record ScoringSettings(
    string ImageColumnName,
    string PredictedLabelColumnName,
    string ScoreColumnName,
    InvalidImageAction OnInvalidImage,
    long MaximumPixels,
    bool ReducedScaleDecoding = false,
    ImageFormats ImageFormats = ImageFormats.All);
