using System.Runtime.InteropServices;

namespace SixLabors.ImageSharp.Codecs;

/// <summary>What a file says about itself before any pixel is decoded.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ImageHeader
{
    internal EncodedFormat Format;
    internal int Width;
    internal int Height;
    internal int BitsPerPixel;
    internal int HasAlpha;
}

internal enum EncodedFormat
{
    Unknown = 0,
    Jpeg = 1,
    Png = 2,
    Webp = 3,
}

internal enum PixelLayout
{
    L8 = 0,
    Rgb24 = 1,
    Rgba32 = 2,
    Bgra32 = 3,
}

internal enum JpegSampling
{
    Ratio444 = 0,
    Ratio422 = 1,
    Ratio420 = 2,
    Grey = 3,
}

internal enum CodecStatus
{
    Ok = 0,
    UnknownFormat = 1,
    InvalidContent = 2,
    TooLarge = 3,
    OutOfMemory = 4,
    NotSupported = 5,
    BadArgument = 6,
}
