namespace SixLabors.ImageSharp.PixelFormats;

public interface IPixel
{
    void FromRgba32(Rgba32 source);

    void ToRgba32(ref Rgba32 dest);
}
