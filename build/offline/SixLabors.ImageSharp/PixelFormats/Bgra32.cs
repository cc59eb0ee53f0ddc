using System.Runtime.InteropServices;

namespace SixLabors.ImageSharp.PixelFormats;

[StructLayout(LayoutKind.Sequential)]
public struct Bgra32 : IPixel<Bgra32>
{
    public byte B;
    public byte G;
    public byte R;
    public byte A;

    public Bgra32(byte r, byte g, byte b)
    {
        this.R = r;
        this.G = g;
        this.B = b;
        this.A = byte.MaxValue;
    }

    public Bgra32(byte r, byte g, byte b, byte a)
    {
        this.R = r;
        this.G = g;
        this.B = b;
        this.A = a;
    }

    public static bool operator ==(Bgra32 left, Bgra32 right) => left.Equals(right);

    public static bool operator !=(Bgra32 left, Bgra32 right) => !left.Equals(right);

    public void FromRgba32(Rgba32 source) => this = new Bgra32(source.R, source.G, source.B, source.A);

    public readonly void ToRgba32(ref Rgba32 dest) => dest = new Rgba32(this.R, this.G, this.B, this.A);

    public readonly bool Equals(Bgra32 other) => this.B == other.B && this.G == other.G && this.R == other.R && this.A == other.A;

    public override readonly bool Equals(object? obj) => obj is Bgra32 other && this.Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(this.R, this.G, this.B, this.A);

    public override readonly string ToString() => $"Bgra32({this.R}, {this.G}, {this.B}, {this.A})";
}
