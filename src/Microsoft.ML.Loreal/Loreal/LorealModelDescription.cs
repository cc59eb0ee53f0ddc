using System.Text.Json;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Scoring;

namespace Microsoft.ML.Loreal.Loreal;

/// <summary>What a model is, without its tensors: the content of loreal.json.</summary>
/// <param name="Method">The prompt method.</param>
/// <param name="ClassNames">The classes that are scored.</param>
/// <param name="Resolution">phi.</param>
/// <param name="Attributes">The attribute slots; null for the method alone.</param>
/// <param name="BackboneSha256">The SHA-256 of the weights of the backbone that the prompts belong to.</param>
/// <param name="TrainedClassNames">The classes that the prompts were trained for; null for <paramref name="ClassNames"/>.</param>
/// <param name="Precision">In what the backbone computes.</param>
internal sealed record LorealModelDescription(
    PromptMethod Method,
    IReadOnlyList<string> ClassNames,
    int Resolution,
    AttributeSettings? Attributes,
    string BackboneSha256,
    IReadOnlyList<string>? TrainedClassNames = null,
    ComputePrecision Precision = ComputePrecision.Single)
{
    private const int Version = 1;

    /// <summary>Whether a class is scored that the prompts were not trained for.</summary>
    public bool ScoresOtherClasses => TrainedClassNames is not null && ClassNames.Except(TrainedClassNames).Any();

    /// <summary>Writes the description as JSON.</summary>
    public void Write(Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteStartObject("method");
        writer.WriteString("name", Method.Name);
        Method.WriteSettings(writer);
        writer.WriteEndObject();
        DescriptionJson.WriteNames(writer, "classNames", ClassNames);
        if (TrainedClassNames is not null)
        {
            DescriptionJson.WriteNames(writer, "trainedClassNames", TrainedClassNames);
        }

        writer.WriteNumber("resolution", Resolution);
        writer.WriteString("backboneSha256", BackboneSha256);
        DescriptionJson.WritePrecision(writer, Precision);
        if (Attributes is not null)
        {
            DescriptionJson.WriteNames(writer, "attributes", Attributes.Words);
            writer.WriteNumber("tokensPerAttribute", Attributes.TokensPerAttribute);
            writer.WriteNumber("hiddenWidth", Attributes.HiddenWidth);
        }

        writer.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">The JSON is damaged, or written by a newer version.</exception>
    public static LorealModelDescription Read(Stream stream)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            JsonElement root = document.RootElement;
            DescriptionJson.CheckVersion(root.GetProperty("version").GetInt32(), Version);
            JsonElement method = root.GetProperty("method");
            return new LorealModelDescription(
                PromptMethod.ReadSettings(method.GetProperty("name").GetString()!, method),
                DescriptionJson.ReadNames(root.GetProperty("classNames")),
                root.GetProperty("resolution").GetInt32(),
                root.TryGetProperty("attributes", out JsonElement words)
                    ? new AttributeSettings(
                        DescriptionJson.ReadNames(words),
                        root.GetProperty("tokensPerAttribute").GetInt32(),
                        root.GetProperty("hiddenWidth").GetInt32())
                    : null,
                root.GetProperty("backboneSha256").GetString()!,
                root.TryGetProperty("trainedClassNames", out JsonElement trained) ? DescriptionJson.ReadNames(trained) : null,
                DescriptionJson.ReadPrecision(root));
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException($"The model's {LorealModel.DescriptionFile} is damaged: {e.Message}", e);
        }
    }
}
