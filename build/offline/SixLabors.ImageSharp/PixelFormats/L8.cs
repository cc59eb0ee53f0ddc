using System.Runtime.InteropServices;

namespace SixLabors.ImageSharp.PixelFormats;

[StructLayout(LayoutKind.Sequential)]
public struct L8 : IPixel<L8>
{
    public L8(byte luminance) => this.PackedValue = luminance;

    public byte PackedValue { get; set; }

    public static bool operator ==(L8 left, L8 right) => left.Equals(right);

    public static bool operator !=(L8 left, L8 right) => !left.Equals(right);

    // BT.709 luma weights.
    public void FromRgba32(Rgba32 source)
        => this.PackedValue = (byte)((source.R * 0.2126f) + (source.G * 0.7152f) + (source.B * 0.0722f) + 0.5f);

    public readonly void ToRgba32(ref Rgba32 dest) => dest = new Rgba32(this.PackedValue, this.PackedValue, this.PackedValue);

    public readonly bool Equals(L8 other) => this.PackedValue == other.PackedValue;

    public override readonly bool Equals(object? obj) => obj is L8 other && this.Equals(other);

    public override readonly int GetHashCode() => this.PackedValue;

    public override readonly string ToString() => $"L8({this.PackedValue})";
}
