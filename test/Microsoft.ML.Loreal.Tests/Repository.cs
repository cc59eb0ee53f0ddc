using System.Runtime.CompilerServices;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>The sources that the tests were built from, for tests that read them.</summary>
internal static class Repository
{
    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>The path of a file or folder in it.</summary>
    public static string At(params string[] names) => Path.Combine([Root, .. names]);

    private static string Find([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
