namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>What the saved model says of one image.</summary>
internal sealed class ImagePrediction
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
