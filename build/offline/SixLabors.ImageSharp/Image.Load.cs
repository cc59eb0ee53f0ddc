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
        return header.HasAlpha != 0 ? Decode<Rgba32>(buffer, header) : Decode<Rgb24>(buffer, header);
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
        return Decode<TPixel>(data, ImageCodec.ProbeForDecoding(data));
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

    private static Image<TPixel> Decode<TPixel>(ReadOnlySpan<byte> encoded, ImageHeader header)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        var metadata = new ImageMetadata { DecodedImageFormat = KnownFormats.Of(header.Format) };
        var layout = ImageCodec.LayoutOf<TPixel>();
        if (layout == PixelLayout.L8)
        {
            // The codecs' own grey is another one than the package's.
            using var coloured = Decode<Rgb24>(encoded, header);
            return coloured.Convert<TPixel>(metadata);
        }

        var image = Image<TPixel>.CreateUninitialized(header.Width, header.Height, metadata);
        try
        {
            ImageCodec.Decode(encoded, layout, MemoryMarshal.AsBytes(image.PixelSpan));
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static void CheckOptions(DecoderOptions options) => ArgumentNullException.ThrowIfNull(options);
}
