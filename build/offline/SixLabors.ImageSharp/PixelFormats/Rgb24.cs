using System.Runtime.InteropServices;

namespace SixLabors.ImageSharp.PixelFormats;

[StructLayout(LayoutKind.Sequential)]
public struct Rgb24 : IPixel<Rgb24>
{
    public byte R;
    public byte G;
    public byte B;

    public Rgb24(byte r, byte g, byte b)
    {
        this.R = r;
        this.G = g;
        this.B = b;
    }

    public static bool operator ==(Rgb24 left, Rgb24 right) => left.Equals(right);

    public static bool operator !=(Rgb24 left, Rgb24 right) => !left.Equals(right);

    public void FromRgba32(Rgba32 source) => this = new Rgb24(source.R, source.G, source.B);

    public readonly void ToRgba32(ref Rgba32 dest) => dest = new Rgba32(this.R, this.G, this.B);

    public readonly bool Equals(Rgb24 other) => this.R == other.R && this.G == other.G && this.B == other.B;

    public override readonly bool Equals(object? obj) => obj is Rgb24 other && this.Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(this.R, this.G, this.B);

    public override readonly string ToString() => $"Rgb24({this.R}, {this.G}, {this.B})";
}
