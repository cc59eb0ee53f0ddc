namespace Microsoft.ML.Loreal;

/// <summary>Formats of image files. A file's format is told by its content, never by its name.</summary>
[Flags]
public enum ImageFormats
{
    /// <summary>JPEG, baseline and progressive.</summary>
    Jpeg = 1,

    /// <summary>PNG.</summary>
    Png = 2,

    /// <summary>WebP, lossy and lossless; of an animation the first frame.</summary>
    WebP = 4,

    /// <summary>GIF; of an animation the first frame.</summary>
    Gif = 8,

    /// <summary>Windows bitmaps.</summary>
    Bmp = 16,

    /// <summary>TIFF; of several pages the first.</summary>
    Tiff = 32,

    /// <summary>Truevision TGA.</summary>
    Tga = 64,

    /// <summary>The Netpbm family: PBM, PGM and PPM, in numbers (P1 to P3) and in bytes (P4 to P6).</summary>
    Pbm = 128,

    /// <summary>All of them.</summary>
    All = Jpeg | Png | WebP | Gif | Bmp | Tiff | Tga | Pbm,
}
