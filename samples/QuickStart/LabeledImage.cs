namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>One row of the data: an image file and the name of its class.</summary>
internal sealed record LabeledImage
{
    public string ImagePath { get; init; } = "";

    public string Label { get; init; } = "";
}
