namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>What a prediction engine gives: a probability for every class.</summary>
internal sealed class Scores
{
    public float[] Score { get; set; } = [];
}
