using System.Buffers.Binary;

namespace Microsoft.ML.Loreal;

/// <summary>The first page of a TIFF file. Its pixels are in strips or tiles, whose places and lengths a directory lists.</summary>
internal readonly ref struct TiffPage
{
    private const int Compression = 259;
    private const int Photometric = 262;
    private const int StripOffsets = 273;
    private const int StripLengths = 279;
    private const int TileOffsets = 324;
    private const int TileLengths = 325;

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
        return file.Number(file._wide ? 8 : 4, file._wide ? 8 : 4, out long directory) && file.CheckDirectory(directory);
    }

    private bool CheckDirectory(long at)
    {
        int countLength = _wide ? 8 : 2;
        int entryLength = _wide ? 20 : 12;
        if (!Number(at, countLength, out long count) || count > _content.Length / entryLength || at + countLength + (count * entryLength) > _content.Length)
        {
            return false;
        }

        long compression = 0, photometric = 0;
        ListedNumbers strips = default, stripLengths = default, tiles = default, tileLengths = default;
        for (long entry = at + countLength; count > 0; count--, entry += entryLength)
        {
            Number(entry, 2, out long tag);
            switch (tag)
            {
                case Compression:
                    Number(entry + (_wide ? 12 : 8), 2, out compression);
                    break;
                case Photometric:
                    Number(entry + (_wide ? 12 : 8), 2, out photometric);
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

        // Facsimile compressions are 2 to 4. Black and white come out exchanged where 0 is black.
        return compression is >= 2 and <= 4 && photometric != 0
            ? throw new InvalidDataException("the Tiff file has a facsimile compression in which 0 is black, which is not read; convert it to PNG")
            : strips.Count + tiles.Count > 0 && AreWithin(strips, stripLengths) && AreWithin(tiles, tileLengths);
    }

    private bool AreWithin(ListedNumbers offsets, ListedNumbers lengths)
    {
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
        }

        return true;
    }

    /// <summary>The numbers of a directory's entry, which stand in the entry where there is room and elsewhere otherwise.</summary>
    private ListedNumbers Numbers(long entry)
    {
        Number(entry + 2, 2, out long type);
        Number(entry + 4, _wide ? 8 : 4, out long count);
        int size = type switch { 3 => 2, 4 => 4, 16 => 8, _ => 1 };
        long at = entry + (_wide ? 12 : 8);
        int room = _wide ? 8 : 4;
        if (count > room / size && !Number(at, room, out at))
        {
            at = _content.Length;
        }

        return new ListedNumbers(at, count, size);
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
