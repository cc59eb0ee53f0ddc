namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>The pictures of the reference numbers, as their list names them.</summary>
internal static class PreprocessFixtures
{
    private const string List = "preprocess/preprocess.json";

    public static IReadOnlyList<PreprocessPicture> Pictures() => !Fixtures.Has(List) ? [] :
    [
        .. Fixtures.Json(List).GetProperty("files").EnumerateArray().Select(static file => new PreprocessPicture(
            file.GetProperty("file").GetString()!,
            file.GetProperty("size_wh")[0].GetInt32(),
            file.GetProperty("size_wh")[1].GetInt32(),
            file.TryGetProperty("decoded_rgb", out global::System.Text.Json.JsonElement decoded) ? decoded.GetString() : null)),
    ];
}

/// <param name="Decoded">The file with its RGB pixels, where decoding is not trivial.</param>
internal sealed record PreprocessPicture(string Name, int Width, int Height, string? Decoded)
{
    public string Path => Fixtures.File($"preprocess/src/{Name}");

    public string? DecodedPath => Decoded is null ? null : Fixtures.File($"preprocess/{Decoded}");

    public override string ToString() => Name;
}
