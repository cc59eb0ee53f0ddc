using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace SixLabors.ImageSharp;

public abstract partial class Image : IDisposable
{
    private bool isDisposed;

    private protected Image(PixelTypeInfo pixelType, ImageMetadata metadata, Size size)
    {
        this.PixelType = pixelType;
        this.Metadata = metadata;
        this.Size = size;
    }

    public PixelTypeInfo PixelType { get; }

    public int Width => this.Size.Width;

    public int Height => this.Size.Height;

    public Size Size { get; }

    public ImageMetadata Metadata { get; }

    public Configuration Configuration => Configuration.Default;

    public void Dispose()
    {
        if (this.isDisposed)
        {
            return;
        }

        this.isDisposed = true;
        this.Dispose(true);
        GC.SuppressFinalize(this);
    }

    public void Save(Stream stream, IImageEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(encoder);
        this.EnsureNotDisposed();
        this.EncodeWith(encoder, stream);
    }

    public Image<TPixel2> CloneAs<TPixel2>()
        where TPixel2 : unmanaged, IPixel<TPixel2>
        => this.CloneAs<TPixel2>(Configuration.Default);

    public abstract Image<TPixel2> CloneAs<TPixel2>(Configuration configuration)
        where TPixel2 : unmanaged, IPixel<TPixel2>;

    internal abstract void EncodeWith(IImageEncoder encoder, Stream stream);

    internal void EnsureNotDisposed() => ObjectDisposedException.ThrowIf(this.isDisposed, this);

    protected abstract void Dispose(bool disposing);
}
