namespace Microsoft.ML.Loreal.Images;

/// <summary>The path of an image file, read again each time that its pixels are needed.</summary>
internal sealed class PathCell(string path) : ImageCell($"file '{path}'")
{
    public override RgbImage Decode(ImageDecoder decoder) => decoder.Decode(path);
}
