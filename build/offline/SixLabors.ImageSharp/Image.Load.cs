using System.Runtime.InteropServices;
using SixLabors.ImageSharp.Codecs;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp;

/// <content>Decoding, from a path, a stream or bytes in memory.</content>
public abstract partial class Image
{
    public static Image Load(string path) => Load(DecoderOptions.Default, path);

    public static Image Load(DecoderOptions options, string path)
    {
        CheckOptions(options);
        ArgumentNullException.ThrowIfNull(path);
        using var file = File.OpenRead(path);
        return Load(options, file);
    }

    public static Image Load(Stream stream) => Load(DecoderOptions.Default, stream);

    public static Image Load(DecoderOptions options, Stream stream)
    {
        CheckOptions(options);
        using var encoded = EncodedBytes.Read(stream);
        return Load(options, encoded.Span);
    }

    public static Image Load(ReadOnlySpan<byte> buffer) => Load(DecoderOptions.Default, buffer);

    public static Image Load(DecoderOptions options, ReadOnlySpan<byte> buffer)
    {
        CheckOptions(options);
        var header = ImageCodec.ProbeForDecoding(buffer);
        return header.HasAlpha != 0 ? Decode<Rgba32>(buffer, header, ImageCodec.Whole) : Decode<Rgb24>(buffer, header, ImageCodec.Whole);
    }

    public static Image<TPixel> Load<TPixel>(string path)
        where TPixel : unmanaged, IPixel<TPixel>
        => Load<TPixel>(DecoderOptions.Default, path);

    public static Image<TPixel> Load<TPixel>(DecoderOptions options, string path)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        CheckOptions(options);
        ArgumentNullException.ThrowIfNull(path);
        using var file = File.OpenRead(path);
        return Load<TPixel>(options, file);
    }

    public static Image<TPixel> Load<TPixel>(Stream stream)
        where TPixel : unmanaged, IPixel<TPixel>
        => Load<TPixel>(DecoderOptions.Default, stream);

    public static Image<TPixel> Load<TPixel>(DecoderOptions options, Stream stream)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        CheckOptions(options);
        using var encoded = EncodedBytes.Read(stream);
        return Load<TPixel>(options, encoded.Span);
    }

    public static Image<TPixel> Load<TPixel>(ReadOnlySpan<byte> data)
        where TPixel : unmanaged, IPixel<TPixel>
        => Load<TPixel>(DecoderOptions.Default, data);

    public static Image<TPixel> Load<TPixel>(DecoderOptions options, ReadOnlySpan<byte> data)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        CheckOptions(options);
        return Decode<TPixel>(data, ImageCodec.ProbeForDecoding(data), ImageCodec.Whole);
    }

    public static Image<TPixel> LoadPixelData<TPixel>(ReadOnlySpan<TPixel> data, int width, int height)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        var image = new Image<TPixel>(width, height);
        var target = image.PixelSpan;
        if (data.Length < target.Length)
        {
            image.Dispose();
            throw new ArgumentOutOfRangeException(
                nameof(data), $"{width}x{height} pixels are {target.Length}, but there are {data.Length}.");
        }

        data[..target.Length].CopyTo(target);
        return image;
    }

    public static Image<TPixel> LoadPixelData<TPixel>(ReadOnlySpan<byte> data, int width, int height)
        where TPixel : unmanaged, IPixel<TPixel>
        => LoadPixelData(MemoryMarshal.Cast<byte, TPixel>(data), width, height);

    /// <summary>Decodes to <paramref name="eighths"/> / 8 of the size that the header says, rounded up.</summary>
    internal static Image<TPixel> Decode<TPixel>(ReadOnlySpan<byte> encoded, ImageHeader header, int eighths)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        var metadata = new ImageMetadata { DecodedImageFormat = KnownFormats.Of(header.Format) };
        var layout = ImageCodec.LayoutOf<TPixel>();
        if (layout == PixelLayout.L8)
        {
            // The codecs' own grey is another one than the package's.
            using var coloured = Decode<Rgb24>(encoded, header, eighths);
            return coloured.Convert<TPixel>(metadata);
        }

        var image = Image<TPixel>.CreateUninitialized(ImageCodec.Scaled(header.Width, eighths), ImageCodec.Scaled(header.Height, eighths), metadata);
        try
        {
            ImageCodec.Decode(encoded, layout, MemoryMarshal.AsBytes(image.PixelSpan), eighths);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static void CheckOptions(DecoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.TargetSize is not null)
        {
            throw new NotSupportedException("Only JpegDecoder takes a target size here.");
        }
    }
}
