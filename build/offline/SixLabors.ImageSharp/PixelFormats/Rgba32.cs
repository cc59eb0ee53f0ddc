using System.Runtime.InteropServices;

namespace SixLabors.ImageSharp.PixelFormats;

[StructLayout(LayoutKind.Sequential)]
public struct Rgba32 : IPixel<Rgba32>
{
    public byte R;
    public byte G;
    public byte B;
    public byte A;

    public Rgba32(byte r, byte g, byte b)
    {
        this.R = r;
        this.G = g;
        this.B = b;
        this.A = byte.MaxValue;
    }

    public Rgba32(byte r, byte g, byte b, byte a)
    {
        this.R = r;
        this.G = g;
        this.B = b;
        this.A = a;
    }

    public static bool operator ==(Rgba32 left, Rgba32 right) => left.Equals(right);

    public static bool operator !=(Rgba32 left, Rgba32 right) => !left.Equals(right);

    public void FromRgba32(Rgba32 source) => this = source;

    public readonly void ToRgba32(ref Rgba32 dest) => dest = this;

    public readonly bool Equals(Rgba32 other) => this.R == other.R && this.G == other.G && this.B == other.B && this.A == other.A;

    public override readonly bool Equals(object? obj) => obj is Rgba32 other && this.Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(this.R, this.G, this.B, this.A);

    public override readonly string ToString() => $"Rgba32({this.R}, {this.G}, {this.B}, {this.A})";
}
