namespace Microsoft.ML.Loreal.TestKit;

/// <summary>What a prediction engine gives of a model's output: the scores alone.</summary>
internal sealed class PhotoScores
{
    public float[] Score { get; set; } = [];
}
