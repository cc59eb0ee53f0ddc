using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>Animated WebP files put together from still ones.</summary>
internal static class HandmadeWebp
{
    private const int RiffHeader = 12;

    /// <summary>One frame a still picture; each lies at an even position of a transparent canvas.</summary>
    public static byte[] Animation(int canvasWidth, int canvasHeight, params (int X, int Y, int Width, int Height, byte[] Still)[] frames)
    {
        using var body = new MemoryStream();
        body.Write("WEBP"u8);
        WriteChunk(body, "VP8X", [0x12, 0, 0, 0, .. U24(canvasWidth - 1), .. U24(canvasHeight - 1)]);
        WriteChunk(body, "ANIM", new byte[6]);
        foreach ((int x, int y, int width, int height, byte[]? still) in frames)
        {
            WriteChunk(
                body,
                "ANMF",
                [.. U24(x / 2), .. U24(y / 2), .. U24(width - 1), .. U24(height - 1), .. U24(100), 0, .. still[RiffHeader..]]);
        }
        using var file = new MemoryStream();
        WriteChunk(file, "RIFF", body.ToArray());
        return file.ToArray();
    }

    private static byte[] U24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];

    private static void WriteChunk(Stream target, string name, byte[] content)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        target.Write(Encoding.ASCII.GetBytes(name));
        target.Write(length);
        target.Write(content);
        if (content.Length % 2 != 0)
        {
            target.WriteByte(0);
        }
    }
}
