using Microsoft.ML.Data.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Codecs;

namespace Microsoft.ML.Data;

/// <summary>
/// Pixels of 32 bits. As in the real assembly, an image that was decoded is BGRA with the colours multiplied by alpha.
/// </summary>
public sealed class MLImage : IDisposable
{
    private readonly int _width;
    private readonly int _height;
    private readonly MLPixelFormat _pixelFormat;
    private PixelBuffer _pixels;
    private string _tag;

    private MLImage(int width, int height, MLPixelFormat pixelFormat)
    {
        _width = width;
        _height = height;
        _pixelFormat = pixelFormat;
        _pixels = new PixelBuffer(width * height * 4);
    }

    public MLPixelFormat PixelFormat => Alive(_pixelFormat);

    public ReadOnlySpan<byte> Pixels => Buffer.Span;

    public string Tag
    {
        get => Alive(_tag);
        set => _tag = Alive(value);
    }

    public int Width => Alive(_width);

    public int Height => Alive(_height);

    public int BitsPerPixel => Alive(32);

    public byte[] GetBGRPixels
    {
        get
        {
            var pixels = Pixels;
            var result = new byte[pixels.Length / 4 * 3];
            var blue = _pixelFormat == MLPixelFormat.Bgra32 ? 0 : 2;
            for (int from = 0, to = 0; from < pixels.Length; from += 4, to += 3)
            {
                var alpha = pixels[from + 3];
                result[to] = AlphaPremultiplication.Undo(pixels[from + blue], alpha);
                result[to + 1] = AlphaPremultiplication.Undo(pixels[from + 1], alpha);
                result[to + 2] = AlphaPremultiplication.Undo(pixels[from + 2 - blue], alpha);
            }
            return result;
        }
    }

    private PixelBuffer Buffer => _pixels ?? throw new InvalidOperationException("Object is disposed.");

    public static MLImage CreateFromStream(Stream imageStream)
    {
        ArgumentNullException.ThrowIfNull(imageStream);
        try
        {
            using var encoded = EncodedBytes.Read(imageStream);
            return Decode(encoded.Span);
        }
        catch (Exception ex) when (IsBadContent(ex))
        {
            throw new ArgumentException($"Invalid input stream contents: {ex.Message}", nameof(imageStream), ex);
        }
    }

    public static MLImage CreateFromFile(string imagePath)
    {
        ArgumentNullException.ThrowIfNull(imagePath);
        try
        {
            using var file = File.OpenRead(imagePath);
            using var encoded = EncodedBytes.Read(file);
            return Decode(encoded.Span);
        }
        catch (Exception ex) when (IsBadContent(ex) || ex is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"Invalid path '{imagePath}': {ex.Message}", nameof(imagePath), ex);
        }
    }

    public static MLImage CreateFromPixels(int width, int height, MLPixelFormat pixelFormat, ReadOnlySpan<byte> imagePixelData)
    {
        if (pixelFormat is not (MLPixelFormat.Bgra32 or MLPixelFormat.Rgba32))
        {
            throw new ArgumentException($"Unsupported pixel format {pixelFormat}.", nameof(pixelFormat));
        }
        if (width <= 0)
        {
            throw new ArgumentException($"Invalid width value {width}.", nameof(width));
        }
        if (height <= 0)
        {
            throw new ArgumentException($"Invalid height value {height}.", nameof(height));
        }
        if (imagePixelData.Length != (long)width * height * 4)
        {
            throw new ArgumentException(
                $"Invalid {nameof(imagePixelData)} buffer size: {imagePixelData.Length} bytes for {width}x{height} pixels of 4 bytes.");
        }
        var image = new MLImage(width, height, pixelFormat);
        imagePixelData.CopyTo(image._pixels.Span);
        return image;
    }

    public void Save(string imagePath) => ImageFile.Write(imagePath, Pixels, _width, _height, _pixelFormat);

    public void Dispose() => Interlocked.Exchange(ref _pixels, null)?.Release();

    private static MLImage Decode(ReadOnlySpan<byte> encoded)
    {
        var header = ImageCodec.ProbeForDecoding(encoded);
        var image = new MLImage(header.Width, header.Height, MLPixelFormat.Bgra32);
        try
        {
            ImageCodec.Decode(encoded, PixelLayout.Bgra32, image._pixels.Span);
        }
        catch
        {
            image.Dispose();
            throw;
        }
        if (header.HasAlpha != 0)
        {
            AlphaPremultiplication.Apply(image._pixels.Span);
        }
        return image;
    }

    private static bool IsBadContent(Exception ex) => ex is ImageFormatException or NotSupportedException or OutOfMemoryException;

    private T Alive<T>(T value) => Buffer is null ? default : value;
}
