using System.Buffers;
using Microsoft.Win32.SafeHandles;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Decodes image files to RGB: the first frame, without alpha, as the pixels are stored (an EXIF rotation is not applied, as in CLIP's own preprocessing).
/// </summary>
/// <param name="maximumPixels">The most pixels that an image may have.</param>
/// <param name="reducedFor">
/// The side to which pictures will be resized, for decoding JPEG files straight to 1/2, 1/4 or 1/8 where both sides stay at least four times as large as that; null for whole
/// pictures.
/// </param>
internal sealed class ImageDecoder(long maximumPixels, int? reducedFor = null)
{
    /// <summary>How many times larger than the result a reduced picture is at least.</summary>
    private const int Margin = 4;

    private readonly int? _reduced = reducedFor;

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

            return DecodeChecked(new ArraySegment<byte>(content, 0, read));
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

    private RgbImage DecodeChecked(ArraySegment<byte> content)
    {
        if (_reduced < 0 || content.Count == 0)
        {
            throw new InvalidDataException("it is empty (0 bytes)");
        }

        using var stream = new MemoryStream(content.Array!, content.Offset, content.Count, writable: false, publiclyVisible: true); IImageInfo info = Image.Identify(stream) ?? throw new InvalidDataException("unknown");
        CheckSize(info);
        using Image<Rgb24> image = Image.Load<Rgb24>(content.AsSpan());
        RgbImage pixels = RgbImage.Rent(image.Width, image.Height, info.Width, info.Height);
        image.CopyPixelDataTo(pixels.Pixels);
        return pixels;
    }

    /// <summary>Refuses a huge picture in a small file by its header, before anything is allocated for its pixels.</summary>
    private void CheckSize(IImageInfo info)
    {
        long pixels = (long)info.Width * info.Height;
        if (pixels > maximumPixels)
        {
            throw new InvalidDataException($"it has {info.Width} x {info.Height} = {pixels} pixels, more than MaximumPixels allows ({maximumPixels})");
        }
    }
}
