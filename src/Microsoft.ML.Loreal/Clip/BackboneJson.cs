using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>Reads the JSON files of a backbone, whose errors name the file.</summary>
internal static class BackboneJson
{
    /// <summary>Reads a file that holds an object.</summary>
    /// <exception cref="InvalidDataException">It is not valid JSON, or no object.</exception>
    public static JsonDocument Parse(IBackboneFiles files, string name)
    {
        string description = BackboneContents.Describe(files, name);
        try
        {
            using Stream json = files.Open(name);
            var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            using (document)
            {
                throw new InvalidDataException($"{description} is a {document.RootElement.ValueKind}; expected an object.");
            }
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{description} is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>JSON may escape half of a surrogate pair; its reader notices when the text is asked for.</summary>
    public static InvalidDataException NotUnicode(string description, InvalidOperationException error) =>
        new($"{description} has text that is not Unicode.", error);
}
