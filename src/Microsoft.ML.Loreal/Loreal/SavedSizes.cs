using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Tensors;

namespace Microsoft.ML.Loreal.Loreal;

/// <summary>
/// Compares the numbers in a saved model's description with its backbone and its tensors, before anything is made of their sizes.
/// </summary>
internal static class SavedSizes
{
    /// <exception cref="FormatException">The description does not fit the backbone or the tensors.</exception>
    public static void Check(LorealModelDescription description, ClipConfig config, SafetensorsFile tensors)
    {
        try
        {
            Resolutions.Check(description.Resolution, config, "resolution");
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw Unfit(e.Message, e);
        }

        // Tokens, widths and layers: each is a side of some tensor or less than the backbone's largest size.
        long[] sizes =
        [
            config.ContextLength, config.EmbedDimension, config.TextWidth, config.VisionWidth, config.TextLayers, config.VisionLayers,
            .. tensors.Tensors.Values.SelectMany(tensor => tensor.Shape),
        ];
        foreach ((string name, long number) in Numbers(description))
        {
            if (number > sizes.Max())
            {
                throw Unfit($"{name} is {number}, and the largest size of its tensors and backbone is {sizes.Max()}.", null);
            }
        }

        if (description.Attributes is { } attributes)
        {
            long[] shape = tensors.Entry(MetaNets.FirstLayer(0)).Shape;
            if (attributes.TokensPerAttribute < 1 || shape.Length != 2 || shape[0] != attributes.HiddenWidth)
            {
                throw Unfit(
                    $"{attributes.TokensPerAttribute} tokens an attribute and a hidden width of {attributes.HiddenWidth} do not go with "
                    + $"meta-nets of the shape [{string.Join(", ", shape)}].",
                    null);
            }
        }
    }

    /// <summary>The whole numbers that say how large the learned part is.</summary>
    private static List<(string Name, long Number)> Numbers(LorealModelDescription description)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            description.Method.WriteSettings(writer);
            writer.WriteNumber("tokensPerAttribute", description.Attributes?.TokensPerAttribute ?? 0);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(json.GetBuffer().AsMemory(0, (int)json.Length));
        return
        [
            .. document.RootElement.EnumerateObject()
                .Where(property => property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out _))
                .Select(property => (property.Name, property.Value.GetInt64())),
        ];
    }

    private static FormatException Unfit(string what, Exception? reason) =>
        new($"The model's {LorealModel.DescriptionFile} does not fit its tensors and backbone: {what}", reason);
}
