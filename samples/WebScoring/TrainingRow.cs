namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>An encoded picture and the name of its class.</summary>
internal sealed class TrainingRow
{
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";
}
