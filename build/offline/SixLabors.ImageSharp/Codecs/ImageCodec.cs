using System.Runtime.InteropServices;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp.Codecs;

/// <summary>Encoded bytes to pixels and back, with the package's exceptions.</summary>
internal static unsafe class ImageCodec
{
    /// <summary>Larger pictures are refused before memory is reserved for them: 1 GiB of RGBA.</summary>
    internal const long MaxPixels = 1L << 28;

    /// <summary>A whole picture, in eighths.</summary>
    internal const int Whole = 8;

    private const int MessageCapacity = 256;

    internal static EncodedFormat Detect(ReadOnlySpan<byte> encoded)
    {
        fixed (byte* data = encoded)
        {
            return NativeMethods.Detect(data, (nuint)encoded.Length);
        }
    }

    internal static ImageHeader Probe(ReadOnlySpan<byte> encoded)
    {
        ImageHeader header;
        var message = stackalloc byte[MessageCapacity];
        fixed (byte* data = encoded)
        {
            ThrowUnlessOk(NativeMethods.Probe(data, (nuint)encoded.Length, &header, message, MessageCapacity), message);
        }

        return header;
    }

    /// <summary>Probes and checks the size, so that the caller may reserve memory for all pixels.</summary>
    internal static ImageHeader ProbeForDecoding(ReadOnlySpan<byte> encoded)
    {
        var header = Probe(encoded);
        if ((long)header.Width * header.Height > MaxPixels)
        {
            throw new InvalidImageContentException(
                $"The image is {header.Width}x{header.Height} pixels; at most {MaxPixels} pixels are decoded.");
        }

        return header;
    }

    /// <summary>Decodes to <paramref name="eighths"/> / 8 of the size, rounded up; less than 8 only for JPEG.</summary>
    internal static void Decode(ReadOnlySpan<byte> encoded, PixelLayout layout, Span<byte> pixels, int eighths = Whole)
    {
        var message = stackalloc byte[MessageCapacity];
        fixed (byte* data = encoded)
        fixed (byte* target = pixels)
        {
            var status = NativeMethods.Decode(
                data, (nuint)encoded.Length, eighths, layout, MaxPixels, target, (nuint)pixels.Length, message, MessageCapacity);
            ThrowUnlessOk(status, message);
        }
    }

    internal static int Scaled(int side, int eighths) => (int)((((long)side * eighths) + 7) / 8);

    internal static void EncodeJpeg(ReadOnlySpan<byte> pixels, int width, int height, PixelLayout layout, int quality, JpegSampling sampling, Stream stream)
    {
        byte* encoded;
        nuint size;
        var message = stackalloc byte[MessageCapacity];
        fixed (byte* source = pixels)
        {
            var status = NativeMethods.EncodeJpeg(
                source, width, height, layout, quality, sampling, &encoded, &size, message, MessageCapacity);
            ThrowUnlessEncoded(status, message);
        }

        WriteAndFree(encoded, size, stream);
    }

    internal static void EncodePng(ReadOnlySpan<byte> pixels, int width, int height, PixelLayout layout, int compression, Stream stream)
    {
        byte* encoded;
        nuint size;
        var message = stackalloc byte[MessageCapacity];
        fixed (byte* source = pixels)
        {
            var status = NativeMethods.EncodePng(
                source, width, height, layout, compression, &encoded, &size, message, MessageCapacity);
            ThrowUnlessEncoded(status, message);
        }

        WriteAndFree(encoded, size, stream);
    }

    internal static void EncodeWebp(
        ReadOnlySpan<byte> pixels, int width, int height, PixelLayout layout, WebpSettings settings, Stream stream)
    {
        byte* encoded;
        nuint size;
        var message = stackalloc byte[MessageCapacity];
        fixed (byte* source = pixels)
        {
            var status = NativeMethods.EncodeWebp(
                source,
                width,
                height,
                layout,
                settings.Quality,
                settings.Lossless ? 1 : 0,
                settings.Method,
                settings.KeepHiddenColours ? 1 : 0,
                &encoded,
                &size,
                message,
                MessageCapacity);
            ThrowUnlessEncoded(status, message);
        }

        WriteAndFree(encoded, size, stream);
    }

    /// <summary>The layout whose bytes are those of <typeparamref name="TPixel"/>.</summary>
    internal static PixelLayout LayoutOf<TPixel>()
        where TPixel : unmanaged, IPixel<TPixel>
    {
        if (typeof(TPixel) == typeof(Rgb24))
        {
            return PixelLayout.Rgb24;
        }

        if (typeof(TPixel) == typeof(Rgba32))
        {
            return PixelLayout.Rgba32;
        }

        if (typeof(TPixel) == typeof(Bgra32))
        {
            return PixelLayout.Bgra32;
        }

        return typeof(TPixel) == typeof(L8)
            ? PixelLayout.L8
            : throw new NotSupportedException($"The pixel type {typeof(TPixel)} is not supported.");
    }

    private static void WriteAndFree(byte* encoded, nuint size, Stream stream)
    {
        try
        {
            stream.Write(new ReadOnlySpan<byte>(encoded, checked((int)size)));
        }
        finally
        {
            NativeMethods.Free(encoded);
        }
    }

    private static void ThrowUnlessOk(CodecStatus status, byte* message)
    {
        if (status == CodecStatus.Ok)
        {
            return;
        }

        var text = Marshal.PtrToStringUTF8((IntPtr)message);
        throw status switch
        {
            CodecStatus.UnknownFormat => new UnknownImageFormatException(
                "The bytes are no image of a known format. Known formats: JPEG, PNG, Webp."),
            CodecStatus.InvalidContent or CodecStatus.TooLarge => new InvalidImageContentException($"Cannot decode image: {text}."),
            CodecStatus.NotSupported => new NotSupportedException(text),
            CodecStatus.OutOfMemory => new InsufficientMemoryException(text),
            _ => new ArgumentException(text),
        };
    }

    private static void ThrowUnlessEncoded(CodecStatus status, byte* message)
    {
        if (status == CodecStatus.InvalidContent)
        {
            throw new ImageFormatException($"Cannot encode image: {Marshal.PtrToStringUTF8((IntPtr)message)}.");
        }

        ThrowUnlessOk(status, message);
    }
}
