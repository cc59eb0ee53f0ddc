using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>
/// Damages JSON: half of the time byte by byte, half of the time as somebody who knows the format would, one value put in another's place.
/// </summary>
internal static partial class JsonMutation
{
    private static readonly string[] _values =
    [
        "0", "-1", "1", "7", "2147483647", "2147483648", "-2147483648", "4294967296", "9223372036854775807", "1e999", "1e-60", "0.5",
        "null", "true", "[]", "{}", "\"\"", "\"x\"", "\"\\ud800\"", "\"../../x\"", "[[[[[[]]]]]]", "\"99999999999\"",
    ];

    public static byte[] Of(string json, Random random)
    {
        if (random.Next(2) == 0)
        {
            return Mutation.Of(Encoding.UTF8.GetBytes(json), random);
        }

        MatchCollection found = Value().Matches(json);
        Match replaced = found[random.Next(found.Count)];
        return Encoding.UTF8.GetBytes(
            string.Concat(
                json.AsSpan(0, replaced.Index), _values[random.Next(_values.Length)], json.AsSpan(replaced.Index + replaced.Length)));
    }

    // Strings (names of properties too), numbers, and the other literals.
    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9][0-9.eE+-]*|true|false|null")]
    private static partial Regex Value();
}
