using System.Text;

namespace Microsoft.ML.Loreal.Clip.Tokenizer;

/// <summary>
/// The alphabet of byte-level BPE: one printable character for each byte. Printable bytes stand for themselves, the others for the
/// characters from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] _characters = new char[256];
    private static readonly byte[] _order = new byte[256];
    private static readonly Dictionary<char, byte> _bytes = [];

    static ByteAlphabet()
    {
        int count = 0;
        int other = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            for (int value = 0; value < 256; value++)
            {
                bool isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
                if (isPrintable != (pass == 0))
                {
                    continue;
                }

                _characters[value] = isPrintable ? (char)value : (char)(256 + other++);
                _order[count++] = (byte)value;
                _bytes.Add(_characters[value], (byte)value);
            }
        }
    }

    /// <summary>The bytes in the order in which the vocabulary numbers them.</summary>
    public static ReadOnlySpan<byte> Order => _order;

    public static char Character(byte value) => _characters[value];

    /// <summary>Appends the bytes that a token's characters stand for; what is not in the alphabet stands for its own UTF-8.</summary>
    public static void AppendBytes(string token, List<byte> bytes)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in token.EnumerateRunes())
        {
            if (rune.IsBmp && _bytes.TryGetValue((char)rune.Value, out byte value))
            {
                bytes.Add(value);
            }
            else
            {
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
            }
        }
    }
}
