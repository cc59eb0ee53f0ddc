using System.Buffers.Binary;

namespace Microsoft.ML.Loreal.Images;

/// <summary>The first page of a TIFF file. Its pixels are in strips or tiles, whose places and lengths a directory lists.</summary>
internal readonly ref struct TiffPage
{
    private const int Width = 256;
    private const int Height = 257;
    private const int SampleBits = 258;
    private const int Compression = 259;
    private const int Photometric = 262;
    private const int StripOffsets = 273;
    private const int Samples = 277;
    private const int StripLengths = 279;
    private const int TileOffsets = 324;
    private const int TileLengths = 325;

    private const int Uncompressed = 1;
    private const int OldJpeg = 6;
    private const int Jpeg = 7;

    private const int SubsampledColors = 6;

    private readonly ReadOnlySpan<byte> _content;
    private readonly bool _bigEndian;
    private readonly bool _wide;

    private TiffPage(ReadOnlySpan<byte> content)
    {
        _content = content;
        _bigEndian = content[0] == 'M';
        _wide = content[_bigEndian ? 3 : 2] == 43;
    }

    /// <summary>Whether the file is long enough for its directory and for all that it lists.</summary>
    /// <exception cref="InvalidDataException">It is of a kind that ImageSharp reads wrongly.</exception>
    public static bool IsComplete(ReadOnlySpan<byte> content)
    {
        var file = new TiffPage(content);
        if (!file.Number(file.OffsetLength, file.OffsetLength, out long first) || !file.CheckFirst(first))
        {
            return false;
        }

        file.RefuseOverlaps(first);
        return true;
    }

    private int CountLength => _wide ? 8 : 2;

    private int EntryLength => _wide ? 20 : 12;

    private int OffsetLength => _wide ? 8 : 4;

    /// <summary>Where the entry has its value or, where there is no room for it, the value's place.</summary>
    private int ValueAt => _wide ? 12 : 8;

    /// <summary>The number of a directory's entries; false where they do not end within the file.</summary>
    private bool Entries(long at, out long count) =>
        Number(at, CountLength, out count)
            && count <= _content.Length / EntryLength
            && at + CountLength + (count * EntryLength) <= _content.Length;

    /// <summary>
    /// ImageSharp reads the directories of all pages and every value in them first. Encoders write them beside each other, so that together
    /// they are no longer than the file; what is longer is refused, whatever it is for.
    /// </summary>
    private void RefuseOverlaps(long at)
    {
        long taken = 0;
        while (at != 0 && Entries(at, out long count))
        {
            long end = at + CountLength + (count * EntryLength);
            taken += end - at;
            for (long entry = at + CountLength; entry < end; entry += EntryLength)
            {
                taken += SeparateBytes(entry);
                if (taken > _content.Length)
                {
                    throw new InvalidDataException("the Tiff file has directories or values that lie over each other");
                }
            }

            if (!Number(end, OffsetLength, out at))
            {
                break;
            }
        }
    }

    private bool CheckFirst(long at)
    {
        if (!Entries(at, out long count))
        {
            return false;
        }

        long width = 0, height = 0, bits = 1, samples = 1, compression = Uncompressed, photometric = 0;
        ListedNumbers strips = default, stripLengths = default, tiles = default, tileLengths = default;
        for (long entry = at + CountLength; count > 0; count--, entry += EntryLength)
        {
            Number(entry, 2, out long tag);
            switch (tag)
            {
                case Width:
                    width = FirstNumber(entry);
                    break;
                case Height:
                    height = FirstNumber(entry);
                    break;
                case SampleBits:
                    bits = FirstNumber(entry);
                    break;
                case Samples:
                    samples = FirstNumber(entry);
                    break;
                case Compression:
                    compression = FirstNumber(entry);
                    // ImageSharp is not safe with such pages of a stranger's file. So none may be there, be it one of several entries.
                    if (compression is OldJpeg or Jpeg)
                    {
                        throw new InvalidDataException("the Tiff file is compressed as JPEG, which is not read; convert it to PNG");
                    }

                    break;
                case Photometric:
                    photometric = FirstNumber(entry);
                    break;
                case StripOffsets:
                    strips = Numbers(entry);
                    break;
                case StripLengths:
                    stripLengths = Numbers(entry);
                    break;
                case TileOffsets:
                    tiles = Numbers(entry);
                    break;
                case TileLengths:
                    tileLengths = Numbers(entry);
                    break;
                default:
                    break;
            }
        }

        if (compression is >= 2 and <= 4 && photometric != 0)
        {
            // Facsimile compressions are 2 to 4. Black and white come out exchanged where 0 is black.
            throw new InvalidDataException(
                "the Tiff file has a facsimile compression in which 0 is black, which is not read; convert it to PNG");
        }

        if (strips.Count + tiles.Count <= 0 || !AreWithin(strips, stripLengths, out Int128 bytes) || !AreWithin(tiles, tileLengths, out _))
        {
            return false;
        }

        // Only of whole pixels in strips is it known how long they are.
        bool known = compression == Uncompressed && photometric != SubsampledColors && tiles.Count == 0;
        return !known || bytes >= (((Int128)width * samples * bits) + 7) / 8 * height;
    }

    /// <summary>Whether the file is long enough for what is listed, and how many bytes that is.</summary>
    private bool AreWithin(ListedNumbers offsets, ListedNumbers lengths, out Int128 bytes)
    {
        bytes = 0;
        if (offsets.Count != lengths.Count)
        {
            return false;
        }

        for (long i = 0; i < offsets.Count; i++)
        {
            if (!Number(offsets.At + (i * offsets.Size), offsets.Size, out long offset)
                || !Number(lengths.At + (i * lengths.Size), lengths.Size, out long length)
                || offset > _content.Length
                || length > _content.Length - offset)
            {
                return false;
            }

            bytes += length;
        }

        return true;
    }

    /// <summary>The numbers of a directory's entry, which stand in the entry where there is room and elsewhere otherwise.</summary>
    private ListedNumbers Numbers(long entry)
    {
        (int size, long count) = Size(entry);
        long at = entry + ValueAt;
        if (count > OffsetLength / size && !Number(at, OffsetLength, out at))
        {
            at = _content.Length;
        }

        return new ListedNumbers(at, count, size);
    }

    /// <summary>The first of an entry's numbers, whatever their type; 0 where there is none.</summary>
    private long FirstNumber(long entry)
    {
        ListedNumbers numbers = Numbers(entry);
        Number(numbers.At, numbers.Size, out long first);
        return first;
    }

    /// <summary>The bytes of an entry's value that do not stand in the entry; no more than the file has, whatever the entry says.</summary>
    private long SeparateBytes(long entry)
    {
        (int size, long count) = Size(entry);
        return count <= OffsetLength / size ? 0 : Math.Min(count, _content.Length / size) * size;
    }

    /// <summary>The bytes of each of an entry's numbers, and how many there are.</summary>
    private (int Bytes, long Count) Size(long entry)
    {
        Number(entry + 2, 2, out long type);
        Number(entry + 4, OffsetLength, out long count);
        return (type switch { 3 or 8 => 2, 4 or 9 or 11 or 13 => 4, 5 or 10 or 12 or 16 or 17 or 18 => 8, _ => 1 }, count);
    }

    /// <summary>Reads a number; false where it is past the end or too large for a position.</summary>
    private bool Number(long at, int size, out long number)
    {
        number = 0;
        if (at > _content.Length - size)
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = _content.Slice((int)at, size);
        number = (size, _bigEndian) switch
        {
            (1, _) => bytes[0],
            (2, true) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (4, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            (_, true) => BinaryPrimitives.ReadInt64BigEndian(bytes),
            (_, false) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        };
        return number >= 0;
    }

    /// <param name="At">Where the first stands.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="Size">The bytes of each.</param>
    private readonly record struct ListedNumbers(long At, long Count, int Size);
}
