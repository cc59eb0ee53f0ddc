using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// Decodes image files to RGB: the first frame, without alpha, as the pixels are stored (an EXIF rotation is not applied, as in CLIP's own
/// preprocessing). A pixel that is not seen at all is black in the formats that ML.NET loads, as in an MLImage.
/// </summary>
/// <param name="maximumPixels">The most pixels that an image may have.</param>
/// <param name="reducedFor">
/// The side to which pictures will be resized, for decoding JPEG files straight to 1/2, 1/4 or 1/8 where both sides stay at least four
/// times as large as that; null for whole pictures.
/// </param>
/// <param name="formats">The formats that are read.</param>
internal sealed class ImageDecoder(long maximumPixels, int? reducedFor = null, ImageFormats formats = ImageFormats.All)
{
    /// <summary>Decodes the file of a path.</summary>
    /// <exception cref="InvalidDataException">
    /// The file cannot be read or decoded, has too many pixels, or a format that is not accepted.
    /// </exception>
    public RgbImage Decode(string path) => Guard(() =>
    {
        using SafeFileHandle file = Open(path);
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
    /// <exception cref="InvalidDataException">It cannot be decoded, has too many pixels, or a format that is not accepted.</exception>
    public RgbImage Decode(byte[] content) => Guard(() => DecodeChecked(content));

    /// <summary>
    /// Makes every error of a decoder an <see cref="InvalidDataException"/>, but for those that say nothing of the image.
    /// </summary>
    internal static RgbImage Guard(Func<RgbImage> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception exception) when (DecoderLibraries.AreAtFault(exception))
        {
            throw DecoderLibraries.Error(exception);
        }
        catch (Exception exception) when (IsOfTheImage(exception))
        {
            // A decoder given hostile bytes may fail in many ways. For the caller they are all one: this image cannot be read.
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    /// <summary>Whether a decoder's error tells of the image, and is not yet one that says so.</summary>
    internal static bool IsOfTheImage(Exception exception) =>
        exception is not (InvalidDataException or OutOfMemoryException) && !DecoderLibraries.AreAtFault(exception);

    private RgbImage DecodeChecked(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            throw new InvalidDataException("it is empty (0 bytes)");
        }

        ImageFormats format = ImageSignature.Find(content, out string found);
        if ((format & formats) == 0)
        {
            throw new InvalidDataException($"it is {found}; {nameof(ImageFormats)} accepts {formats}");
        }

        return format switch
        {
            ImageFormats.Tiff or ImageFormats.Tga => RareFormatDecoder.Decode(content, format, CheckSize),
            ImageFormats.Pbm => NetpbmDecoder.Decode(content, CheckSize),
            _ => SkiaDecoder.Decode(content, format, CheckSize, reducedFor),
        };
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, options: FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(UnreadablePath.Explain(path, exception), exception);
        }
    }

    /// <summary>Refuses a huge picture in a small file by its header, before anything is allocated for its pixels.</summary>
    private void CheckSize(int width, int height)
    {
        long pixels = (long)width * height;
        if (pixels > maximumPixels)
        {
            throw new InvalidDataException(
                $"it has {width} x {height} = {pixels} pixels, more than MaximumPixels allows ({maximumPixels})");
        }

        if (pixels > RgbImage.MaxPixels)
        {
            throw new InvalidDataException($"it has {width} x {height} = {pixels} pixels; at most {RgbImage.MaxPixels} can be decoded");
        }
    }
}
