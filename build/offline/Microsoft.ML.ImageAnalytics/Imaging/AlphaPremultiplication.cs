namespace Microsoft.ML.Data.Imaging;

/// <summary>Colours multiplied by alpha, and back. Four bytes a pixel, alpha last.</summary>
internal static class AlphaPremultiplication
{
    public static void Apply(Span<byte> pixels)
    {
        for (var pixel = 0; pixel < pixels.Length; pixel += 4)
        {
            var alpha = pixels[pixel + 3];
            if (alpha != byte.MaxValue)
            {
                pixels[pixel] = Multiply(pixels[pixel], alpha);
                pixels[pixel + 1] = Multiply(pixels[pixel + 1], alpha);
                pixels[pixel + 2] = Multiply(pixels[pixel + 2], alpha);
            }
        }
    }

    public static void Undo(Span<byte> pixels)
    {
        for (var pixel = 0; pixel < pixels.Length; pixel += 4)
        {
            var alpha = pixels[pixel + 3];
            if (alpha != byte.MaxValue)
            {
                pixels[pixel] = Undo(pixels[pixel], alpha);
                pixels[pixel + 1] = Undo(pixels[pixel + 1], alpha);
                pixels[pixel + 2] = Undo(pixels[pixel + 2], alpha);
            }
        }
    }

    public static byte Undo(byte colour, byte alpha) => alpha switch
    {
        byte.MaxValue => colour,
        0 => 0,
        _ => (byte)Math.Min(byte.MaxValue, ((colour * byte.MaxValue) + (alpha / 2)) / alpha),
    };

    // colour * alpha / 255, rounded.
    private static byte Multiply(byte colour, byte alpha)
    {
        var product = (colour * alpha) + 128;
        return (byte)((product + (product >> 8)) >> 8);
    }
}
