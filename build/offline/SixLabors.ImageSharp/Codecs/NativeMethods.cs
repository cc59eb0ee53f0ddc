using System.Runtime.InteropServices;

namespace SixLabors.ImageSharp.Codecs;

/// <summary>The C ABI of liblorealimage.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "lorealimage";

    [LibraryImport(Library, EntryPoint = "loreal_image_detect")]
    internal static partial EncodedFormat Detect(byte* data, nuint size);

    [LibraryImport(Library, EntryPoint = "loreal_image_probe")]
    internal static partial CodecStatus Probe(byte* data, nuint size, ImageHeader* header, byte* message, nuint messageCapacity);

    [LibraryImport(Library, EntryPoint = "loreal_image_decode")]
    internal static partial CodecStatus Decode(
        byte* data,
        nuint size,
        int eighths,
        PixelLayout layout,
        long maxPixels,
        byte* pixels,
        nuint pixelsSize,
        byte* message,
        nuint messageCapacity);

    [LibraryImport(Library, EntryPoint = "loreal_image_encode_jpeg")]
    internal static partial CodecStatus EncodeJpeg(
        byte* pixels,
        int width,
        int height,
        PixelLayout layout,
        int quality,
        JpegSampling sampling,
        byte** encoded,
        nuint* encodedSize,
        byte* message,
        nuint messageCapacity);

    [LibraryImport(Library, EntryPoint = "loreal_image_encode_png")]
    internal static partial CodecStatus EncodePng(
        byte* pixels,
        int width,
        int height,
        PixelLayout layout,
        int compression,
        byte** encoded,
        nuint* encodedSize,
        byte* message,
        nuint messageCapacity);

    [LibraryImport(Library, EntryPoint = "loreal_image_encode_webp")]
    internal static partial CodecStatus EncodeWebp(
        byte* pixels,
        int width,
        int height,
        PixelLayout layout,
        float quality,
        int lossless,
        int method,
        int keepHiddenColours,
        byte** encoded,
        nuint* encodedSize,
        byte* message,
        nuint messageCapacity);

    [LibraryImport(Library, EntryPoint = "loreal_image_free")]
    internal static partial void Free(void* encoded);
}
