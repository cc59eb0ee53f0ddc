using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>A row of test data; the number and the features only travel along.</summary>
internal sealed class Photo
{
    public string ImagePath { get; set; } = "";

    public string FileName { get; set; } = "";

    public string Label { get; set; } = "";

    public int Number { get; set; }

    [VectorType(3)]
    public float[] Features { get; set; } = [];
}
