using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Decodes image files to RGB: the first frame, without alpha, as the pixels are stored (an EXIF rotation is not applied, as in CLIP's own preprocessing).
/// </summary>
internal sealed class ImageDecoder(long maximumPixels)
{
    private static readonly DecoderOptions _options = new() { SkipMetadata = true, MaxFrames = 1 };

    /// <exception cref="InvalidDataException">The file cannot be read or decoded, or has too many pixels.</exception>
    public RgbImage Decode(Func<Stream> open)
    {
        try
        {
            using Stream stream = open();
            if (stream.Length == 0)
            {
                throw new InvalidDataException("it is empty (0 bytes)");
            }

            CheckSize(stream);
            stream.Position = 0;
            using Image<Rgb24> image = Image.Load<Rgb24>(_options, stream);
            var pixels = new byte[checked(3 * image.Width * image.Height)];
            image.CopyPixelDataTo(pixels);
            return new RgbImage(image.Width, image.Height, pixels);
        }
        catch (Exception exception) when (exception is not (InvalidDataException or OutOfMemoryException))
        {
            // A decoder given hostile bytes may fail in many ways. For the caller they are all one: this image cannot be read.
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    /// <summary>Refuses a huge picture in a small file by its header, before anything is allocated for its pixels.</summary>
    private void CheckSize(Stream stream)
    {
        ImageInfo info = Image.Identify(stream);
        long pixels = (long)info.Width * info.Height;
        if (pixels > maximumPixels)
        {
            throw new InvalidDataException($"it has {info.Width} x {info.Height} = {pixels} pixels, more than MaximumPixels allows ({maximumPixels})");
        }
    }
}
