using System.Text;
using ADRaffy.ENSNormalize;

namespace Microsoft.ML.Loreal.Text;

/// <summary>
/// Text whose accents are composed with their letters, as they are nearly everywhere but in the names of files made on a Mac.
/// </summary>
internal static class ComposedText
{
    /// <summary>
    /// Unicode's normalization form C, the same on every machine: .NET's own leaves texts as they are where there is no ICU, as in small
    /// containers. Halves of surrogate pairs become replacement characters.
    /// </summary>
    public static string Of(string text) => Ascii.IsValid(text) ? text : ENSNormalize.NF.NFC(Whole(text));

    /// <summary>The other way to write it: accents apart from their letters (form D).</summary>
    public static string Apart(string text) => Ascii.IsValid(text) ? text : ENSNormalize.NF.NFD(Whole(text));

    private static string Whole(string text)
    {
        var whole = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            whole.Append(rune);
        }

        return whole.ToString();
    }
}
