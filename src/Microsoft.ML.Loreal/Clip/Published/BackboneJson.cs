using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>Reads the JSON files of a backbone, whose errors name the file.</summary>
internal static class BackboneJson
{
    /// <summary>Reads a file that holds an object.</summary>
    /// <param name="files">Where the file is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="read">Makes something of the object; the text names the file in messages.</param>
    /// <exception cref="InvalidDataException">It is not valid JSON, or no object, or has text that is not Unicode.</exception>
    public static T Read<T>(IBackboneFiles files, string name, Func<JsonElement, string, T> read)
    {
        string description = BackboneContents.Describe(files, name);
        try
        {
            using Stream json = files.Open(name);
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement, description)
                : throw new InvalidDataException($"{description} is a {document.RootElement.ValueKind}; expected an object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{description} is not valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw NotUnicode(description, e);
        }
    }

    /// <summary>JSON may escape half of a surrogate pair; its reader notices when the text is asked for.</summary>
    public static InvalidDataException NotUnicode(string description, InvalidOperationException error) =>
        new($"{description} has text that is not Unicode.", error);
}
