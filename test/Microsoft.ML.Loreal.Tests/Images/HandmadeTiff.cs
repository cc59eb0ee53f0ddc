using System.Buffers.Binary;

namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>TIFF files of one gray page in one strip, with directories that no encoder writes.</summary>
internal static class HandmadeTiff
{
    private const int Directory = 8;

    // Types of an entry's numbers.
    public const ushort Short = 3;
    public const ushort Long = 4;

    private const ushort Undefined = 7;
    private const int EntryLength = 12;

    /// <param name="width">The width.</param>
    /// <param name="height">The height.</param>
    /// <param name="compression">The number of the strip's compression; its bytes are the pixels, black, whatever it is.</param>
    /// <param name="compressionType">The type of that number.</param>
    /// <param name="bigEndian">Whether numbers begin with their highest byte.</param>
    /// <param name="values">How many values of private tags there are, which all stand in the same bytes.</param>
    /// <param name="valueLength">How many bytes these are.</param>
    /// <param name="stripLength">How long the directory says that the strip is; null for as long as it is.</param>
    public static byte[] Create(
        int width,
        int height,
        ushort compression,
        ushort compressionType = Short,
        bool bigEndian = false,
        int values = 0,
        int valueLength = 0,
        int? stripLength = null)
    {
        const int Entries = 9;
        const int FirstPrivate = 40_000;
        int count = Entries + values;
        int strip = Directory + sizeof(ushort) + (count * EntryLength) + sizeof(uint);
        int shared = strip + (width * height);
        byte[] file = new byte[shared + valueLength];
        (bigEndian ? "MM"u8 : "II"u8).CopyTo(file);
        int at = 2;
        Write16(42);
        Write32(Directory);
        Write16(count);
        Entry(256, Long, 1, width);
        Entry(257, Long, 1, height);
        Entry(258, Short, 1, 8);
        Entry(259, compressionType, 1, compression);
        Entry(262, Short, 1, 1);
        Entry(273, Long, 1, strip);
        Entry(277, Short, 1, 1);
        Entry(278, Long, 1, height);
        Entry(279, Long, 1, stripLength ?? (width * height));
        for (int i = 0; i < values; i++)
        {
            Entry(FirstPrivate + i, Undefined, valueLength, shared);
        }

        Write32(0);
        return file;

        void Entry(int tag, ushort type, int length, int value)
        {
            Write16(tag);
            Write16(type);
            Write32(length);
            if (type == Short)
            {
                Write16(value);
                Write16(0);
            }
            else
            {
                Write32(value);
            }
        }

        void Write16(int number)
        {
            Span<byte> to = file.AsSpan(at, sizeof(ushort));
            BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)number);
            at += Turned(to);
        }

        void Write32(int number)
        {
            Span<byte> to = file.AsSpan(at, sizeof(int));
            BinaryPrimitives.WriteInt32LittleEndian(to, number);
            at += Turned(to);
        }

        int Turned(Span<byte> number)
        {
            if (bigEndian)
            {
                number.Reverse();
            }

            return number.Length;
        }
    }
}
