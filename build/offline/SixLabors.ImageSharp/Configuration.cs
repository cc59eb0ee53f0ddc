using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;

namespace SixLabors.ImageSharp;

public sealed class Configuration
{
    public static Configuration Default { get; } = new();

    /// <summary>Pixels always lie in one piece here; the property exists for code that asks for it.</summary>
    public bool PreferContiguousImageBuffers { get; set; }

    public IEnumerable<IImageFormat> ImageFormats { get; } = [PngFormat.Instance, JpegFormat.Instance, WebpFormat.Instance];
}
