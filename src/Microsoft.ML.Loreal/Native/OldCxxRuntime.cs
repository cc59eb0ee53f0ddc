using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Loreal.Native;

/// <summary>
/// A C++ runtime of Linux (libstdc++.so.6) that lacks symbols of a newer one. Its versions are GLIBCXX_3.4.N; GCC 12's is 30, GCC 13.2's is
/// 32.
/// </summary>
/// <param name="Path">The library's path.</param>
/// <param name="Found">The highest N that the library has, or null where it cannot be read.</param>
/// <param name="Needed">The N that is asked for.</param>
internal sealed partial record OldCxxRuntime(string Path, int? Found, int Needed)
{
    /// <summary>
    /// What TorchSharp's native library needs. The loader names only one of the versions that it misses, not always the highest.
    /// </summary>
    public const int TorchSharpNeeds = 32;

    /// <summary>The runtime that the loader complains of, or null where it does not.</summary>
    /// <param name="loaderMessage">The loader's own words.</param>
    public static OldCxxRuntime? Find(string loaderMessage)
    {
        Match match = Complaint().Match(loaderMessage);
        return match.Success
            ? new OldCxxRuntime(
                match.Groups["path"].Value, HighestVersion(match.Groups["path"].Value), Math.Max(TorchSharpNeeds, Number(match)))
            : null;
    }

    /// <summary>The highest N of the versions that a library names.</summary>
    public static int? HighestVersion(string path)
    {
        try
        {
            return Names().Matches(Encoding.Latin1.GetString(File.ReadAllBytes(path))).Select(match => (int?)Number(match)).Max();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int Number(Match match) => int.Parse(match.Groups["n"].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<path>.+): version [`']GLIBCXX_3\.4\.(?<n>\d{1,4})' not found", RegexOptions.Multiline)]
    private static partial Regex Complaint();

    [GeneratedRegex(@"GLIBCXX_3\.4\.(?<n>\d{1,4})(?!\d)")]
    private static partial Regex Names();
}
