using System.Buffers.Binary;

namespace Microsoft.ML.Loreal.Images;

/// <summary>Which parts of a JPEG file are there, by its markers alone.</summary>
internal sealed class JpegScans
{
    private const int Block = 8;
    private const int Coefficients = 64;

    private readonly List<Component> _components = [];
    private int _width;
    private int _height;
    private bool _progressive;
    private int _restartInterval;
    private long _lastScanUnits;
    private long _lastScanRestarts;
    private bool _ended;

    /// <summary>
    /// Whether there is no end marker although every coefficient has its scans, and the last scan all of its restart markers: then the end
    /// marker may be all that is missing, or a part of what follows the last restart.
    /// </summary>
    public bool MayLackTheEndMarkerOnly => !_ended
        && _lastScanUnits > 0
        && _components.TrueForAll(component => component.MissingBits.AsSpan().IndexOfAnyExcept((byte)0) < 0)
        && (_restartInterval == 0 || _lastScanRestarts >= ((_lastScanUnits + _restartInterval - 1) / _restartInterval) - 1);

    /// <summary>Reads the markers up to the end of the image or of the content.</summary>
    public static JpegScans Read(ReadOnlySpan<byte> content)
    {
        var scans = new JpegScans();
        int at = 2;
        while (at + 4 <= content.Length && content[at] == 0xFF)
        {
            byte marker = content[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker == 0xD9)
            {
                break;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(content[(at + 2)..]);
            if (length < 2 || at + 2 + length > content.Length)
            {
                return new JpegScans();
            }

            ReadOnlySpan<byte> segment = content.Slice(at + 4, length - 2);
            at += 2 + length;
            if (!scans.Take(marker, segment))
            {
                return new JpegScans();
            }

            if (marker == 0xDA)
            {
                at += scans.SkipScan(content[at..]);
            }
        }

        scans._ended = at + 2 <= content.Length;
        return scans;
    }

    /// <summary>Takes what a segment says; false where it cannot be.</summary>
    private bool Take(byte marker, ReadOnlySpan<byte> segment)
    {
        switch (marker)
        {
            case 0xC0 or 0xC1 or 0xC2:
                return TakeFrame(segment, marker == 0xC2);
            case 0xDD when segment.Length >= 2:
                _restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                return true;
            case 0xDA:
                return TakeScan(segment);
            default:
                return true;
        }
    }

    private bool TakeFrame(ReadOnlySpan<byte> segment, bool progressive)
    {
        if (segment.Length < 6 || segment.Length < 6 + (3 * segment[5]) || _components.Count > 0)
        {
            return false;
        }

        _progressive = progressive;
        _height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        _width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        for (int i = 0; i < segment[5]; i++)
        {
            ReadOnlySpan<byte> component = segment.Slice(6 + (3 * i), 3);
            _components.Add(new Component(component[0], component[1] >> 4, component[1] & 15));
        }

        return _components.TrueForAll(component => component is { Horizontal: > 0, Vertical: > 0 });
    }

    private bool TakeScan(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 1 || segment.Length < 4 + (2 * segment[0]))
        {
            return false;
        }

        ReadOnlySpan<byte> spectrum = segment[(1 + (2 * segment[0]))..];
        (int first, int last, byte missing) = _progressive
            ? (spectrum[0], spectrum[1], (byte)(spectrum[2] & 15))
            : (0, Coefficients - 1, (byte)0);
        var scanned = new List<Component>();
        for (int i = 0; i < segment[0]; i++)
        {
            byte id = segment[1 + (2 * i)];
            if (_components.Find(component => component.Id == id) is not { } component || first > last || last >= Coefficients)
            {
                return false;
            }

            component.MissingBits.AsSpan()[first..(last + 1)].Fill(missing);
            scanned.Add(component);
        }

        if (scanned.Count == 0)
        {
            return false;
        }

        int most = _components.Max(component => component.Horizontal);
        int tallest = _components.Max(component => component.Vertical);
        // A scan of one component has its own blocks one by one, a scan of several has them in groups.
        _lastScanUnits = scanned.Count == 1
            ? (long)Ceiling(Ceiling(_width * scanned[0].Horizontal, most), Block)
            * Ceiling(Ceiling(_height * scanned[0].Vertical, tallest), Block)
            : (long)Ceiling(_width, Block * most) * Ceiling(_height, Block * tallest);
        return true;
    }

    /// <summary>The length of a scan's data, up to the next marker that is not a restart.</summary>
    private int SkipScan(ReadOnlySpan<byte> data)
    {
        _lastScanRestarts = 0;
        int at = 0;
        while (data[at..].IndexOf((byte)0xFF) is >= 0 and int next && at + next + 1 < data.Length)
        {
            at += next;
            byte marker = data[at + 1];
            if (marker is >= 0xD0 and <= 0xD7)
            {
                _lastScanRestarts++;
            }
            else if (marker is not (0 or 0xFF))
            {
                return at;
            }

            at += marker == 0xFF ? 1 : 2;
        }

        return data.Length;
    }

    private static int Ceiling(int dividend, int divisor) => (dividend + divisor - 1) / divisor;

    /// <summary>A color's sampling, and how many of the lower bits of each coefficient no scan has brought yet.</summary>
    private sealed class Component(byte id, int horizontal, int vertical)
    {
        private const byte AllBits = 16;

        public byte Id => id;

        public int Horizontal => horizontal;

        public int Vertical => vertical;

        public byte[] MissingBits { get; } = [.. Enumerable.Repeat(AllBits, Coefficients)];
    }
}
