using System.Buffers;
using Microsoft.Win32.SafeHandles;
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

    /// <summary>Decodes the file of a path.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read or decoded, or has too many pixels.</exception>
    public RgbImage Decode(string path) => Guard(() =>
    {
        using SafeFileHandle file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        long length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength)
        {
            throw new InvalidDataException($"it has {length} bytes; at most {Array.MaxLength} can be decoded");
        }

        byte[] content = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            int read = 0;
            int count;
            do
            {
                count = RandomAccess.Read(file, content.AsSpan(read, (int)length - read), read);
                read += count;
            }
            while (count > 0);

            return DecodeChecked(content.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    });

    /// <summary>Decodes a file held in memory.</summary>
    /// <exception cref="InvalidDataException">It cannot be decoded, or has too many pixels.</exception>
    public RgbImage Decode(byte[] content) => Guard(() => DecodeChecked(content));

    private static RgbImage Guard(Func<RgbImage> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception exception) when (exception is not (InvalidDataException or OutOfMemoryException))
        {
            // A decoder given hostile bytes may fail in many ways. For the caller they are all one: this image cannot be read.
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    private RgbImage DecodeChecked(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            throw new InvalidDataException("it is empty (0 bytes)");
        }

        CheckSize(content);
        using Image<Rgb24> image = Image.Load<Rgb24>(_options, content);
        RgbImage pixels = RgbImage.Rent(image.Width, image.Height);
        image.CopyPixelDataTo(pixels.Pixels);
        return pixels;
    }

    /// <summary>Refuses a huge picture in a small file by its header, before anything is allocated for its pixels.</summary>
    private void CheckSize(ReadOnlySpan<byte> content)
    {
        ImageInfo info = Image.Identify(content);
        long pixels = (long)info.Width * info.Height;
        if (pixels > maximumPixels)
        {
            throw new InvalidDataException($"it has {info.Width} x {info.Height} = {pixels} pixels, more than MaximumPixels allows ({maximumPixels})");
        }
    }
}
