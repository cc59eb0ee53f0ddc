using System.Text.Json;

namespace Microsoft.ML.Loreal.Hub;

/// <summary>A repository's files in one commit.</summary>
/// <param name="Commit">40 hexadecimal digits.</param>
/// <param name="Names">The names of the files that stand in no folder.</param>
internal sealed record HubListing(string Commit, IReadOnlyList<string> Names)
{
    /// <summary>Reads the hub's answer.</summary>
    /// <exception cref="InvalidDataException">It is of another form, or a name leads out of the repository.</exception>
    public static HubListing Read(Stream json, string description)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            string? commit = Text(root, "sha");
            if (commit is null || !HubModel.IsCommit(commit))
            {
                throw new InvalidDataException(
                    $"{description} answered without a commit: its sha is '{commit}'; expected 40 hexadecimal digits. Is it a hub?");
            }

            return !root.TryGetProperty("siblings", out JsonElement files) || files.ValueKind != JsonValueKind.Array
                ? throw new InvalidDataException($"{description} answered without the array siblings, which lists the files. Is it a hub?")
                : new HubListing(commit, [.. files.EnumerateArray().Select(Name).Where(name => !name.AsSpan().ContainsAny('/', ':'))]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{description} answered with something that is no list of files. Is it a hub?", e);
        }

        string Name(JsonElement file)
        {
            string? name = Text(file, "rfilename");
            return name is { Length: > 0 }
                && !name.StartsWith('/')
                && !name.AsSpan().ContainsAny('\\', '\0')
                && !name.Split('/').Any(part => part is "." or "..")
                    ? name
                    : throw new InvalidDataException(
                        $"{description} lists a file '{name}', which leads out of the model's folder. Nothing of the model was "
                        + "downloaded; tell the model's owner or the hub.");
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
