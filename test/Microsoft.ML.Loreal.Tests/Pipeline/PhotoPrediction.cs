namespace Microsoft.ML.Loreal.Tests;

internal sealed class PhotoPrediction
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
