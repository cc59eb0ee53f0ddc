using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SixLabors.ImageSharp.Codecs;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp;

public sealed class Image<TPixel> : Image
    where TPixel : unmanaged, IPixel<TPixel>
{
    // Beyond this the pool's rounding to powers of two wastes more than a new array costs.
    private const int LargestPooled = 1 << 22;

    private TPixel[]? pixels;

    public Image(int width, int height)
        : this(width, height, default(TPixel))
    {
    }

    public Image(int width, int height, TPixel backgroundColor)
        : this(width, height, new ImageMetadata())
        => this.PixelSpan.Fill(backgroundColor);

    private Image(int width, int height, ImageMetadata metadata)
        : base(new PixelTypeInfo(Unsafe.SizeOf<TPixel>() * 8), metadata, new Size(width, height))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if ((long)width * height > ImageCodec.MaxPixels)
        {
            throw new InsufficientMemoryException($"An image of {width}x{height} pixels is too large.");
        }

        var count = width * height;
        this.pixels = count <= LargestPooled
            ? ArrayPool<TPixel>.Shared.Rent(count)
            : GC.AllocateUninitializedArray<TPixel>(count);
    }

    /// <summary>All pixels, row by row.</summary>
    internal Span<TPixel> PixelSpan
    {
        get
        {
            var current = this.pixels ?? throw new ObjectDisposedException(this.GetType().FullName);
            return current.AsSpan(0, this.Width * this.Height);
        }
    }

    public TPixel this[int x, int y]
    {
        get => this.PixelSpan[this.OffsetOf(x, y)];
        set => this.PixelSpan[this.OffsetOf(x, y)] = value;
    }

    public Image<TPixel> Clone() => this.Convert<TPixel>(this.Metadata);

    public override Image<TPixel2> CloneAs<TPixel2>(Configuration configuration) => this.Convert<TPixel2>(this.Metadata);

    public void CopyPixelDataTo(Span<TPixel> destination) => this.PixelSpan.CopyTo(destination);

    public void CopyPixelDataTo(Span<byte> destination) => MemoryMarshal.AsBytes(this.PixelSpan).CopyTo(destination);

    public void ProcessPixelRows(PixelAccessorAction<TPixel> processPixels)
    {
        ArgumentNullException.ThrowIfNull(processPixels);
        processPixels(new PixelAccessor<TPixel>(this.PixelSpan, this.Width, this.Height));
    }

    public bool DangerousTryGetSinglePixelMemory(out Memory<TPixel> memory)
    {
        this.EnsureNotDisposed();
        memory = this.pixels.AsMemory(0, this.Width * this.Height);
        return true;
    }

    public override string ToString() => $"Image<{typeof(TPixel).Name}>: {this.Width}x{this.Height}";

    internal static Image<TPixel> CreateUninitialized(int width, int height, ImageMetadata metadata) => new(width, height, metadata);

    internal override void EncodeWith(IImageEncoder encoder, Stream stream) => encoder.Encode(this, stream);

    internal Image<TPixel2> Convert<TPixel2>(ImageMetadata metadata)
        where TPixel2 : unmanaged, IPixel<TPixel2>
    {
        var source = this.PixelSpan;
        var result = Image<TPixel2>.CreateUninitialized(
            this.Width, this.Height, new ImageMetadata { DecodedImageFormat = metadata.DecodedImageFormat });
        var target = result.PixelSpan;
        if (typeof(TPixel) == typeof(TPixel2))
        {
            MemoryMarshal.AsBytes(source).CopyTo(MemoryMarshal.AsBytes(target));
            return result;
        }

        Rgba32 between = default;
        for (var i = 0; i < source.Length; i++)
        {
            source[i].ToRgba32(ref between);
            target[i].FromRgba32(between);
        }

        return result;
    }

    protected override void Dispose(bool disposing)
    {
        var last = Interlocked.Exchange(ref this.pixels, null);
        if (last is not null && this.Width * this.Height <= LargestPooled)
        {
            ArrayPool<TPixel>.Shared.Return(last);
        }
    }

    private int OffsetOf(int x, int y)
    {
        if ((uint)x >= (uint)this.Width)
        {
            throw new ArgumentOutOfRangeException(nameof(x), x, $"The image is {this.Width} pixels wide.");
        }

        if ((uint)y >= (uint)this.Height)
        {
            throw new ArgumentOutOfRangeException(nameof(y), y, $"The image is {this.Height} pixels high.");
        }

        return (y * this.Width) + x;
    }
}
