namespace SixLabors.ImageSharp.Formats.Webp;

public enum WebpTransparentColorMode
{
    Clear = 0,
    Preserve = 1,
}
