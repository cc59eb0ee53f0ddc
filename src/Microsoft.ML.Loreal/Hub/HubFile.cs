using System.Text.RegularExpressions;

namespace Microsoft.ML.Loreal.Hub;

/// <summary>What the hub says of a file before it is downloaded.</summary>
/// <param name="Name">Its name in the repository.</param>
/// <param name="Hash">
/// The SHA-256 of a large file (64 hexadecimal digits), or git's SHA-1 of a small one (40); the name of its blob in the cache too.
/// </param>
/// <param name="Length">Its bytes.</param>
internal sealed partial record HubFile(string Name, string Hash, long Length)
{
    public static bool IsHash(string text) => HashPattern().IsMatch(text);

    [GeneratedRegex(@"\A(?:[0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex HashPattern();
}
