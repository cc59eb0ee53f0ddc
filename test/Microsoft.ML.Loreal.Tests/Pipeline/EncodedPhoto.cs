namespace Microsoft.ML.Loreal.Tests;

internal sealed class EncodedPhoto
{
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";
}
