namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// PBM, PGM and PPM files: a text with their kind, width, height and, but for bitmaps, the highest level, then numbers or bytes. Levels are
/// scaled to 8 bits, as Pillow does. (ImageSharp's decoder skips pixels that look like blanks.)
/// </summary>
internal ref struct NetpbmDecoder
{
    private const int BitmapText = 1;
    private const int BitmapBytes = 4;
    private const int FirstInBytes = 4;

    private readonly ReadOnlySpan<byte> _content;
    private int _at;

    private NetpbmDecoder(ReadOnlySpan<byte> content)
    {
        _content = content;
        _at = 2;
    }

    /// <param name="content">The whole file.</param>
    /// <param name="checkSize">Throws where a picture of this width and height is too large.</param>
    public static RgbImage Decode(ReadOnlySpan<byte> content, Action<int, int> checkSize) => new NetpbmDecoder(content).Decode(checkSize);

    private RgbImage Decode(Action<int, int> checkSize)
    {
        int kind = _content[1] - '0';
        bool bitmap = kind is BitmapText or BitmapBytes;
        int width = ReadNumber();
        int height = ReadNumber();
        int highest = bitmap ? 1 : ReadNumber();
        if (width < 1 || height < 1 || highest is < 1 or > ushort.MaxValue)
        {
            throw new InvalidDataException($"the Pbm file says that it has {width} x {height} pixels of levels up to {highest}");
        }

        checkSize(width, height);
        int channels = kind is 3 or 6 ? 3 : 1;
        bool inBytes = kind >= FirstInBytes;
        if (inBytes)
        {
            // One blank ends the text.
            _at++;
        }

        // The least that the pixels can take: of bits and bytes exactly, of numbers a digit each.
        int sampleBytes = highest > byte.MaxValue && inBytes ? 2 : 1;
        long rowBytes = kind == BitmapBytes ? ((long)width + 7) / 8 : (long)width * channels * sampleBytes;
        if (rowBytes * height > _content.Length - _at)
        {
            throw EndsEarly();
        }

        var image = RgbImage.Rent(width, height, width, height);
        try
        {
            for (int y = 0, to = 0; y < height; y++)
            {
                ReadOnlySpan<byte> row = inBytes ? _content.Slice(_at + (int)(y * rowBytes), (int)rowBytes) : default;
                for (int x = 0; x < width * channels; x++)
                {
                    int sample = kind switch
                    {
                        BitmapText => ReadBit(),
                        BitmapBytes => (row[x / 8] >> (7 - (x % 8))) & 1,
                        _ when !inBytes => ReadNumber(),
                        _ => sampleBytes == 1 ? row[x] : (row[2 * x] << 8) | row[(2 * x) + 1],
                    };
                    // A bitmap's ones are black.
                    int level = bitmap ? (1 - sample) * byte.MaxValue : (int)Math.Round((double)sample / highest * byte.MaxValue);
                    image.Pixels.AsSpan(to, 3 / channels).Fill((byte)Math.Min(byte.MaxValue, level));
                    to += 3 / channels;
                }
            }
        }
        catch
        {
            image.Dispose();
            throw;
        }

        return image;
    }

    private static InvalidDataException EndsEarly() => new("the Pbm file ends before its picture does");

    /// <summary>Reads a digit, as bits need no blanks between them.</summary>
    private int ReadBit()
    {
        SkipBlanks();
        return _content[_at++] switch
        {
            (byte)'0' => 0,
            (byte)'1' => 1,
            _ => throw new InvalidDataException("the Pbm file has a bit that is neither 0 nor 1"),
        };
    }

    /// <summary>Reads a number. Whether the file's last one has all of its digits cannot be known.</summary>
    private int ReadNumber()
    {
        SkipBlanks();
        int number = 0;
        int start = _at;
        for (; _at < _content.Length && _content[_at] is >= (byte)'0' and <= (byte)'9'; _at++)
        {
            int digit = _content[_at] - '0';
            number = number <= (int.MaxValue - digit) / 10
                ? (10 * number) + digit
                : throw new InvalidDataException("the Pbm file has a number that is too large");
        }

        return _at > start ? number : throw new InvalidDataException("the Pbm file has something else where a number is due");
    }

    /// <summary>Goes on behind blanks and comments.</summary>
    private void SkipBlanks()
    {
        while (_at < _content.Length && (_content[_at] is (byte)' ' or (byte)'#' or (>= (byte)'\t' and <= (byte)'\r')))
        {
            int comment = _content[_at] == '#' ? _content[_at..].IndexOfAny((byte)'\n', (byte)'\r') : 1;
            _at = comment < 0 ? _content.Length : _at + comment;
        }

        if (_at == _content.Length)
        {
            throw EndsEarly();
        }
    }
}
