namespace Microsoft.ML.Loreal.Images;

/// <summary>The value of one row's image column, kept as it came: pixels, the path of a file, or an encoded file.</summary>
/// <param name="description">What messages call it.</param>
internal abstract class ImageCell(string description)
{
    public string Description => description;

    /// <summary>The picture, which the caller disposes. Safe to call from several threads.</summary>
    /// <exception cref="InvalidDataException">The image cannot be read; the message says why, not where.</exception>
    public abstract RgbImage Decode(ImageDecoder decoder);
}
