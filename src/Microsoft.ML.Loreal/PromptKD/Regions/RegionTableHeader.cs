using System.Buffers.Binary;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.PromptKD.Regions;

/// <summary>
/// The head of a region table's file: a magic number, the four sizes, and a digest of everything that decides its content.
/// </summary>
/// <param name="Images">N.</param>
/// <param name="Views">V, the regions of each image.</param>
/// <param name="Classes">C.</param>
/// <param name="Kept">K, the labels of each region.</param>
/// <param name="Digest">The SHA-256 of everything that decides the content, as hexadecimal digits.</param>
internal sealed record RegionTableHeader(int Images, int Views, int Classes, int Kept, string Digest)
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 8 + (4 * sizeof(int)) + 32;

    /// <summary>The most classes: a label takes two bytes.</summary>
    public const int MaxClasses = 1 << 16;

    /// <summary>The bytes of a row's region.</summary>
    public const int BoxLength = (4 * sizeof(int)) + 1;

    private const int LabelLength = sizeof(ushort) + sizeof(float);

    private static ReadOnlySpan<byte> Magic => "LRREGN01"u8;

    /// <summary>The bytes of a row.</summary>
    public int RowLength => BoxLength + (Kept * LabelLength);

    /// <summary>The bytes of the file.</summary>
    public long FileLength => Length + ((long)Images * Views * RowLength);

    /// <summary>The name of the file.</summary>
    public string FileName => $"regions-{Digest[..16]}.bin";

    /// <summary>The head's bytes.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        Magic.CopyTo(bytes);
        int[] sizes = [Images, Views, Classes, Kept];
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Magic.Length + (i * sizeof(int))), sizes[i]);
        }

        Convert.FromHexString(Digest).CopyTo(bytes, Length - 32);
        return bytes;
    }

    /// <summary>Writes a row.</summary>
    /// <param name="row">[RowLength] bytes.</param>
    /// <param name="region">The region.</param>
    /// <param name="classes">[K], the most probable first.</param>
    /// <param name="probabilities">[K].</param>
    public void WriteRow(Span<byte> row, ImageRegion region, ReadOnlySpan<long> classes, ReadOnlySpan<float> probabilities)
    {
        BinaryPrimitives.WriteInt32LittleEndian(row, region.Box.Left);
        BinaryPrimitives.WriteInt32LittleEndian(row[4..], region.Box.Top);
        BinaryPrimitives.WriteInt32LittleEndian(row[8..], region.Box.Width);
        BinaryPrimitives.WriteInt32LittleEndian(row[12..], region.Box.Height);
        row[16] = (byte)(region.Flip ? 1 : 0);
        for (int k = 0; k < Kept; k++)
        {
            Span<byte> label = row[(BoxLength + (k * LabelLength))..];
            BinaryPrimitives.WriteUInt16LittleEndian(label, (ushort)classes[k]);
            BinaryPrimitives.WriteSingleLittleEndian(label[sizeof(ushort)..], probabilities[k]);
        }
    }

    /// <summary>The region of a row.</summary>
    public static ImageRegion Region(ReadOnlySpan<byte> row) => new(
        new PixelRegion(
            BinaryPrimitives.ReadInt32LittleEndian(row),
            BinaryPrimitives.ReadInt32LittleEndian(row[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(row[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(row[12..])),
        row[16] != 0);

    /// <summary>A label of a row.</summary>
    public static (int Class, float Probability) Label(ReadOnlySpan<byte> row, int k)
    {
        ReadOnlySpan<byte> label = row[(BoxLength + (k * LabelLength))..];
        return (BinaryPrimitives.ReadUInt16LittleEndian(label), BinaryPrimitives.ReadSingleLittleEndian(label[sizeof(ushort)..]));
    }
}
