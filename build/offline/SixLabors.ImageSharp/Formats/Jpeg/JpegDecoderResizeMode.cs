namespace SixLabors.ImageSharp.Formats.Jpeg;

public enum JpegDecoderResizeMode
{
    Combined,

    IdctOnly,

    ScaleOnly,
}
