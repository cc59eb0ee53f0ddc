using System.Globalization;
using System.Text;

namespace Microsoft.ML.Loreal.Clip.Tokenizer;

/// <summary>
/// Unicode's full lower-case mapping without a language, which Python's <c>str.lower</c> is: .NET's simple one plus the dotted capital I
/// and the sigma at a word's end.
/// </summary>
internal static class LowerCase
{
    private static readonly Rune _capitalDottedI = new('\u0130');
    private static readonly Rune _capitalSigma = new('\u03a3');

    public static string Convert(string text)
    {
        var result = new StringBuilder(text.Length);
        int position = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune == _capitalDottedI)
            {
                result.Append("i\u0307");
            }
            else if (rune == _capitalSigma)
            {
                result.Append(IsFinal(text, position) ? '\u03c2' : '\u03c3');
            }
            else
            {
                result.Append(Rune.ToLowerInvariant(rune));
            }

            position += rune.Utf16SequenceLength;
        }

        return result.ToString();
    }

    /// <summary>A sigma ends a word where a cased letter stands before it and none after it; some characters do not count.</summary>
    private static bool IsFinal(string text, int position)
    {
        int before = position;
        while (before > 0)
        {
            Rune.DecodeLastFromUtf16(text.AsSpan(0, before), out Rune rune, out int length);
            if (!IsIgnorable(rune))
            {
                break;
            }

            before -= length;
        }

        if (before == 0)
        {
            return false;
        }

        Rune.DecodeLastFromUtf16(text.AsSpan(0, before), out Rune letter, out _);
        return IsCased(letter) && !CasedFollows(text.AsSpan(position + 1));
    }

    private static bool CasedFollows(ReadOnlySpan<char> text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!IsIgnorable(rune))
            {
                return IsCased(rune);
            }
        }

        return false;
    }

    /// <summary>Unicode's Case_Ignorable.</summary>
    private static bool IsIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;

    /// <summary>Unicode's Cased, as far as it is not ignorable.</summary>
    private static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9)
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);
}
