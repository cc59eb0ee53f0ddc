namespace Microsoft.ML.Loreal.Images;

/// <summary>A picture that came decoded, and stays when what <see cref="Decode"/> gave is disposed.</summary>
internal sealed class PixelCell(RgbImage image, string description) : ImageCell(description)
{
    public override RgbImage Decode(ImageDecoder decoder) => image;
}
