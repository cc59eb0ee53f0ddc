using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>PNG files put together from their parts, independently of the codec that is tested.</summary>
internal static class HandmadePng
{
    public const byte Gray = 0;
    public const byte Rgb = 2;
    public const byte Palette = 3;
    public const byte GrayAlpha = 4;
    public const byte Rgba = 6;

    private static readonly (int X, int Y, int Dx, int Dy)[] s_onePass = [(0, 0, 1, 1)];

    private static readonly (int X, int Y, int Dx, int Dy)[] s_adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <param name="samples">Row by row, as many as channels a pixel.</param>
    public static byte[] Create(
        int width,
        int height,
        byte colorType,
        int bitDepth,
        int[] samples,
        byte[]? palette = null,
        byte[]? transparency = null,
        bool interlaced = false)
    {
        int channels = colorType switch { Rgb => 3, GrayAlpha => 2, Rgba => 4, _ => 1 };
        using var rows = new MemoryStream();
        using (var zlib = new ZLibStream(rows, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach ((int x0, int y0, int dx, int dy) in interlaced ? s_adam7 : s_onePass)
            {
                WritePass(zlib, width, height, channels, bitDepth, samples, x0, y0, dx, dy);
            }
        }
        using MemoryStream file = Begin(Header(width, height, colorType, bitDepth, interlaced));
        if (palette is not null)
        {
            WriteChunk(file, "PLTE", palette);
        }
        if (transparency is not null)
        {
            WriteChunk(file, "tRNS", transparency);
        }
        WriteChunk(file, "IDAT", rows.ToArray());
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>A file that says it is this large and then holds no pixel.</summary>
    public static byte[] WithoutPixels(int width, int height)
    {
        using MemoryStream file = Begin(Header(width, height, Gray, 8, interlaced: false));
        WriteChunk(file, "IDAT", []);
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    private static MemoryStream Begin(byte[] header)
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        WriteChunk(file, "IHDR", header);
        return file;
    }

    private static byte[] Header(int width, int height, byte colorType, int bitDepth, bool interlaced)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = (byte)bitDepth;
        header[9] = colorType;
        header[12] = interlaced ? (byte)1 : (byte)0;
        return header;
    }

    private static void WritePass(
        Stream target, int width, int height, int channels, int bitDepth, int[] samples, int x0, int y0, int dx, int dy)
    {
        for (int y = y0; y < height && x0 < width; y += dy)
        {
            target.WriteByte(0);
            int bits = 0, pending = 0;
            for (int x = x0; x < width; x += dx)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    int sample = samples[(((y * width) + x) * channels) + channel];
                    if (bitDepth == 16)
                    {
                        target.WriteByte((byte)(sample >> 8));
                        target.WriteByte((byte)sample);
                        continue;
                    }
                    pending = (pending << bitDepth) | sample;
                    bits += bitDepth;
                    if (bits == 8)
                    {
                        target.WriteByte((byte)pending);
                        (bits, pending) = (0, 0);
                    }
                }
            }
            if (bits > 0)
            {
                target.WriteByte((byte)(pending << (8 - bits)));
            }
        }
    }

    private static void WriteChunk(Stream target, string name, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        target.Write(number);
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. content];
        target.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(named));
        target.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
            }
        }
        return ~crc;
    }
}
