namespace Microsoft.ML.Loreal.Images;

/// <summary>An encoded image file held in memory.</summary>
internal sealed class EncodedCell(byte[] content) : ImageCell($"an encoded file of {content.Length} bytes")
{
    public override RgbImage Decode(ImageDecoder decoder) => decoder.Decode(content);
}
