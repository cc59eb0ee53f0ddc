using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Loreal.Clip.Tokenizer;

/// <summary>
/// Decodes character references as HTML 5 does: all its names (from the standard's table, kept as a resource), the old ones without their
/// semicolon too, and numbers with the standard's corrections.
/// </summary>
internal static class HtmlText
{
    private const string Resource = "HtmlEntities.txt";
    private const int MaxNameLength = 32;

    private static readonly Lazy<FrozenDictionary<string, string>> _names = new(ReadNames);

    /// <summary>
    /// What the numbers 0x80 to 0x9F mean: the characters of Windows-1252 at those places; a place without one stays a control character.
    /// </summary>
    private static ReadOnlySpan<char> Windows1252 =>
    [
        '\u20ac',
        '\u0081',
        '\u201a',
        '\u0192',
        '\u201e',
        '\u2026',
        '\u2020',
        '\u2021',
        '\u02c6',
        '\u2030',
        '\u0160',
        '\u2039',
        '\u0152',
        '\u008d',
        '\u017d',
        '\u008f',
        '\u0090',
        '\u2018',
        '\u2019',
        '\u201c',
        '\u201d',
        '\u2022',
        '\u2013',
        '\u2014',
        '\u02dc',
        '\u2122',
        '\u0161',
        '\u203a',
        '\u0153',
        '\u009d',
        '\u017e',
        '\u0178',
    ];

    public static string Unescape(string text)
    {
        int next = text.IndexOf('&');
        if (next < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        int position = 0;
        while (next >= 0)
        {
            result.Append(text, position, next - position);
            position = next + 1;
            position += position < text.Length && text[position] == '#'
                ? AppendNumber(text, position, result)
                : AppendName(text, position, result);
            next = text.IndexOf('&', position);
        }

        return result.Append(text, position, text.Length - position).ToString();
    }

    /// <summary>
    /// Appends what stands for the number at the position, or "&amp;" where there is none, and returns how many characters it took.
    /// </summary>
    private static int AppendNumber(string text, int start, StringBuilder result)
    {
        int position = start + 1;
        bool hexadecimal = position < text.Length && text[position] is 'x' or 'X';
        if (hexadecimal)
        {
            position++;
        }

        int digits = position;
        int value = 0;
        while (position < text.Length && (hexadecimal ? char.IsAsciiHexDigit(text[position]) : char.IsAsciiDigit(text[position])))
        {
            int digit = hexadecimal
                ? int.Parse(text.AsSpan(position, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : text[position] - '0';
            value = Math.Min((value * (hexadecimal ? 16 : 10)) + digit, 0x110000);
            position++;
        }

        if (position == digits)
        {
            result.Append('&');
            return 0;
        }

        if (position < text.Length && text[position] == ';')
        {
            position++;
        }

        if (value is 0 or (>= 0xD800 and <= 0xDFFF) or > 0x10FFFF)
        {
            result.Append('\ufffd');
        }
        else if (value is >= 0x80 and <= 0x9F)
        {
            result.Append(Windows1252[value - 0x80]);
        }
        else if (!IsDropped(value))
        {
            result.Append(new Rune(value));
        }

        return position - start;
    }

    private static bool IsDropped(int value) =>
        value is (>= 0x1 and <= 0x8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or (>= 0xFDD0 and <= 0xFDEF) || (value & 0xFFFE) == 0xFFFE;

    /// <summary>
    /// Appends what stands for the longest name at the position, or "&amp;" where there is none, and returns how many characters it took.
    /// </summary>
    private static int AppendName(string text, int start, StringBuilder result)
    {
        FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> names = _names.Value.GetAlternateLookup<ReadOnlySpan<char>>();
        int length = 0;
        while (length < MaxNameLength && start + length < text.Length && char.IsAsciiLetterOrDigit(text[start + length]))
        {
            length++;
        }

        if (start + length < text.Length && text[start + length] == ';')
        {
            length++;
        }

        for (; length > 1; length--)
        {
            if (names.TryGetValue(text.AsSpan(start, length), out string? value))
            {
                result.Append(value);
                return length;
            }
        }

        result.Append('&');
        return 0;
    }

    private static FrozenDictionary<string, string> ReadNames()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        using var reader = new StreamReader(typeof(HtmlText).Assembly.GetManifestResourceStream(Resource)!);
        while (reader.ReadLine() is { } line)
        {
            // "name 41" or "name 41 42": hexadecimal code points; "name!" may also stand without its semicolon.
            string[] parts = line.Split(' ');
            string name = parts[0].TrimEnd('!');
            string value = string.Concat(
                parts.Skip(1).Select(
                    part => char.ConvertFromUtf32(int.Parse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))));
            names.Add(name + ";", value);
            if (name.Length < parts[0].Length)
            {
                names.Add(name, value);
            }
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
