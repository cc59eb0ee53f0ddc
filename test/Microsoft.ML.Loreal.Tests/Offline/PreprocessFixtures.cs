using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>The pictures of the reference numbers, as their list names them.</summary>
internal static class PreprocessFixtures
{
    private static readonly string s_folder = Path.Combine(
        Environment.GetEnvironmentVariable("LOREAL_FIXTURES") ?? Path.Combine(SourceFolder(), "..", "Fixtures"), "preprocess");

    public static IReadOnlyList<PreprocessPicture> Pictures()
    {
        var list = Path.Combine(s_folder, "preprocess.json");
        if (!File.Exists(list))
        {
            return [];
        }
        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        return
        [
            .. json.RootElement.GetProperty("files").EnumerateArray().Select(static file => new PreprocessPicture(
                Path.Combine(s_folder, "src", file.GetProperty("file").GetString()!),
                file.GetProperty("size_wh")[0].GetInt32(),
                file.GetProperty("size_wh")[1].GetInt32(),
                file.TryGetProperty("decoded_rgb", out var decoded) ? Path.Combine(s_folder, decoded.GetString()!) : null)),
        ];
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

internal sealed record PreprocessPicture(string Path, int Width, int Height, string? DecodedPath)
{
    public override string ToString() => System.IO.Path.GetFileName(Path);
}
