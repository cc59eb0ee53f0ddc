namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// A JPEG file without its end marker, whose last scan may be complete or not. Where it is, nothing that follows can change a pixel. So the
/// file is decoded with several continuations, among them one for each pair of bits to begin with: they agree only where nothing is missed.
/// </summary>
internal static class UnfinishedJpeg
{
    private const byte Marker = 0xFF;
    private const byte EndOfImage = 0xD9;

    // More than a decoder looks ahead.
    private const int ContinuationLength = 64;

    // A byte FF in a scan is written as FF 00.
    private static readonly byte[][] _continuations = [[0b_0000_0000], [Marker, 0], [0b_1011_0101], [0b_0100_1101]];

    /// <summary>The picture, or null where some of it is missing.</summary>
    /// <param name="content">The file.</param>
    /// <param name="decode">Gives the picture of a file, or null.</param>
    public static RgbImage? Decode(ReadOnlySpan<byte> content, Func<byte[], RgbImage?> decode)
    {
        // A last FF may be the first half of the end marker.
        int length = content[^1] == Marker ? content.Length - 1 : content.Length;
        byte[] finished = new byte[length + ContinuationLength + 2];
        content[..length].CopyTo(finished);
        finished[^2] = Marker;
        finished[^1] = EndOfImage;
        RgbImage? image = null;
        foreach (byte[] continuation in _continuations)
        {
            for (int i = 0; i < ContinuationLength; i++)
            {
                finished[length + i] = continuation[i % continuation.Length];
            }

            RgbImage? other = decode(finished);
            bool agrees = other is not null && (image is null || image.HasThePixelsOf(other));
            image?.Dispose();
            image = other;
            if (!agrees)
            {
                image?.Dispose();
                return null;
            }
        }

        return image;
    }
}
