namespace SixLabors.ImageSharp.Formats.Jpeg;

public enum JpegEncodingColor : byte
{
    YCbCrRatio420 = 0,
    YCbCrRatio444 = 1,
    YCbCrRatio422 = 2,
    Luminance = 5,
}
