using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Loreal.Clip.Published;

namespace Microsoft.ML.Loreal;

/// <summary>The sizes of a CLIP model with a vision transformer, and what its towers compute with them.</summary>
public sealed record ClipConfig
{
    internal const double DefaultLayerNormEpsilon = 1e-5;

    // The channels of a head in all of OpenAI's models.
    private const int HeadWidth = 64;

    // With this eos_token_id old files mean the largest id of a text, whatever its number is.
    private const int LargestId = 2;

    /// <summary>The standard side of the (square) input in pixels, 224 for ViT-B/16.</summary>
    public required int ImageResolution { get; init; }

    /// <summary>The side of one patch in pixels, 16 for ViT-B/16.</summary>
    public required int PatchSize { get; init; }

    /// <summary>The width of the vision transformer, 768 for ViT-B/16.</summary>
    public required int VisionWidth { get; init; }

    /// <summary>The attention heads of the vision transformer; they divide <see cref="VisionWidth"/>.</summary>
    public required int VisionHeads { get; init; }

    /// <summary>The blocks of the vision transformer.</summary>
    public required int VisionLayers { get; init; }

    /// <summary>The width of the text transformer, 512 for ViT-B/16.</summary>
    public required int TextWidth { get; init; }

    /// <summary>The attention heads of the text transformer; they divide <see cref="TextWidth"/>.</summary>
    public required int TextHeads { get; init; }

    /// <summary>The blocks of the text transformer.</summary>
    public required int TextLayers { get; init; }

    /// <summary>The length of the joint image and text features, 512 for ViT-B/16.</summary>
    public required int EmbedDimension { get; init; }

    /// <summary>The most tokens of a text, start and end included; 77 for the published models.</summary>
    public required int ContextLength { get; init; }

    /// <summary>The number of tokens that the text transformer knows, 49408 for the published models.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The activation of the vision transformer. Default <see cref="ClipActivation.QuickGelu"/>.</summary>
    public ClipActivation VisionActivation { get; init; }

    /// <summary>The activation of the text transformer. Default <see cref="ClipActivation.QuickGelu"/>.</summary>
    public ClipActivation TextActivation { get; init; }

    /// <summary>What the vision transformer's layer normalizations add to the variance. Default 1e-5.</summary>
    public double VisionLayerNormEpsilon { get; init; } = DefaultLayerNormEpsilon;

    /// <summary>What the text transformer's layer normalizations add to the variance. Default 1e-5.</summary>
    public double TextLayerNormEpsilon { get; init; } = DefaultLayerNormEpsilon;

    /// <summary>The patches a side at the standard resolution, 14 for ViT-B/16.</summary>
    public int Grid => ImageResolution / PatchSize;

    /// <summary>The token at whose place a text is read, where config.json names it.</summary>
    internal int? EndOfTextToken { get; init; }

    /// <summary>
    /// What the towers compute beyond the sizes and the weights, for the backbone's identity; null for OpenAI's.
    /// </summary>
    internal string? TowerSettings =>
        (VisionHeads, TextHeads, VisionActivation, TextActivation, VisionLayerNormEpsilon, TextLayerNormEpsilon)
            == (VisionWidth / HeadWidth, TextWidth / HeadWidth, default, default, DefaultLayerNormEpsilon, DefaultLayerNormEpsilon)
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"vision {VisionHeads} {VisionActivation} {VisionLayerNormEpsilon}, text {TextHeads} {TextActivation} "
                + $"{TextLayerNormEpsilon}");

    /// <summary>Reads a Hugging Face <c>CLIPConfig</c>. What it leaves out has that class's defaults.</summary>
    internal static ClipConfig FromHuggingFace(Stream json, string description)
    {
        using JsonDocument document = Parse(json, description);
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object)
        {
            OtherModels.CheckConfig(root, description);
        }

        if (Tower("text_config") is not { } text || Tower("vision_config") is not { } vision)
        {
            throw new InvalidDataException(
                $"{description} is not the configuration of a CLIP model: it needs the objects text_config and vision_config.");
        }

        // The class reads the root's; where only the towers have one, the weights tell whether it is theirs.
        int textProjection = Size(text, "projection_dim", 512);
        int projection = textProjection == Size(vision, "projection_dim", 512) ? textProjection : 512;
        int end = Size(text, "eos_token_id", LargestId);
        var config = new ClipConfig
        {
            ImageResolution = Size(vision, "image_size", 224),
            PatchSize = Size(vision, "patch_size", 32),
            VisionWidth = Size(vision, "hidden_size", 768),
            VisionHeads = Size(vision, "num_attention_heads", 12),
            VisionLayers = Size(vision, "num_hidden_layers", 12),
            TextWidth = Size(text, "hidden_size", 512),
            TextHeads = Size(text, "num_attention_heads", 8),
            TextLayers = Size(text, "num_hidden_layers", 12),
            EmbedDimension = Size(root, "projection_dim", projection),
            ContextLength = Size(text, "max_position_embeddings", 77),
            VocabularySize = Size(text, "vocab_size", 49408),
            VisionActivation = Activation(vision, "vision_config"),
            TextActivation = Activation(text, "text_config"),
            VisionLayerNormEpsilon = Epsilon(vision, "vision_config"),
            TextLayerNormEpsilon = Epsilon(text, "text_config"),
            EndOfTextToken = end == LargestId ? null : end,
        };
        CheckTower(vision, "vision_config", config.VisionWidth, 3072);
        CheckTower(text, "text_config", config.TextWidth, 2048);
        if (Size(vision, "num_channels", 3) is not 3 and int channels)
        {
            throw new NotSupportedException(
                $"{description}: vision_config.num_channels is {channels}; only models of pictures with 3 channels are supported.");
        }

        CheckStoredAsTheyAre(root);
        config.Check(description);
        return config;

        // In old files a second object replaces the first.
        JsonElement? Tower(string name) =>
            root.ValueKind != JsonValueKind.Object ? null
            : root.TryGetProperty(name + "_dict", out JsonElement old) && old.ValueKind == JsonValueKind.Object ? old
            : root.TryGetProperty(name, out JsonElement tower) && tower.ValueKind == JsonValueKind.Object ? tower
            : null;

        int Size(JsonElement parent, string name, int otherwise)
        {
            if (!parent.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            {
                return otherwise;
            }

            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number))
            {
                throw new InvalidDataException($"{description}: {name} is {value.GetRawText()}; expected a whole number.");
            }

            return number;
        }

        ClipActivation Activation(JsonElement tower, string name)
        {
            if (!tower.TryGetProperty("hidden_act", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            {
                return ClipActivation.QuickGelu;
            }

            return (value.ValueKind == JsonValueKind.String ? value.GetString() : null) switch
            {
                "quick_gelu" => ClipActivation.QuickGelu,
                "gelu" => ClipActivation.Gelu,
                _ => throw new NotSupportedException(
                    $"{description}: {name}.hidden_act is {value.GetRawText()}; only models with 'quick_gelu', as OpenAI's, or 'gelu', as "
                    + "most of open_clip's, are supported."),
            };
        }

        double Epsilon(JsonElement tower, string name)
        {
            if (!tower.TryGetProperty("layer_norm_eps", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            {
                return DefaultLayerNormEpsilon;
            }

            return value.ValueKind == JsonValueKind.Number && (float)value.GetDouble() is > 0 and < float.PositiveInfinity
                ? value.GetDouble()
                : throw new InvalidDataException(
                    $"{description}: {name}.layer_norm_eps is {value.GetRawText()}; expected a positive number, such as 1e-5.");
        }

        void CheckTower(JsonElement tower, string name, int width, int otherwise)
        {
            int intermediate = Size(tower, "intermediate_size", otherwise);
            if (intermediate != 4L * width)
            {
                throw new InvalidDataException(
                    $"{description}: {name}.intermediate_size is {intermediate}; expected four times hidden_size, {4L * width}.");
            }

            CheckStoredAsTheyAre(tower);
        }

        void CheckStoredAsTheyAre(JsonElement part)
        {
            if (part.TryGetProperty("quantization_config", out JsonElement value) && value.ValueKind != JsonValueKind.Null)
            {
                throw new NotSupportedException(
                    $"{description} has a quantization_config; only weights that are stored as they are can be read. Take the model that "
                    + "was not quantized, and choose a Precision instead.");
            }

            if (part.TryGetProperty("pruned_heads", out JsonElement heads) && heads.ValueKind == JsonValueKind.Object
                && heads.EnumerateObject().Any())
            {
                throw new NotSupportedException(
                    $"{description}: pruned_heads is {heads.GetRawText()}; only models with all their attention heads are supported.");
            }
        }
    }

    /// <summary>
    /// Infers the sizes from the shapes of an openai-named state dict, as openai's own loader does; a head has 64 channels.
    /// </summary>
    internal static ClipConfig FromStateDict(IReadOnlyDictionary<string, long[]> shapes, string description)
    {
        long[] patch = Shape("visual.conv1.weight", 4);
        long[] visionPosition = Shape("visual.positional_embedding", 2);
        long[] textPosition = Shape("positional_embedding", 2);
        long[] tokens = Shape("token_embedding.weight", 2);
        long[] projection = Shape("text_projection", 2);
        long grid = (long)Math.Round(Math.Sqrt(Math.Max(0, visionPosition[0] - 1)));
        if ((grid * grid) + 1 != visionPosition[0])
        {
            throw new InvalidDataException(
                $"{description}: visual.positional_embedding has {visionPosition[0]} rows; expected one and a square number of patches.");
        }

        if (patch[0] % HeadWidth != 0 || tokens[1] % HeadWidth != 0)
        {
            throw new InvalidDataException(
                $"{description}: the widths {patch[0]} (vision) and {tokens[1]} (text) are no multiples of 64, so the number of attention "
                + "heads cannot be inferred. Add a config.json that gives it.");
        }

        var config = new ClipConfig
        {
            ImageResolution = ToInt(grid * patch[3]),
            PatchSize = ToInt(patch[3]),
            VisionWidth = ToInt(patch[0]),
            VisionHeads = ToInt(patch[0] / HeadWidth),
            VisionLayers = Layers("visual.transformer.resblocks."),
            TextWidth = ToInt(tokens[1]),
            TextHeads = ToInt(tokens[1] / HeadWidth),
            TextLayers = Layers("transformer.resblocks."),
            EmbedDimension = ToInt(projection[1]),
            ContextLength = ToInt(textPosition[0]),
            VocabularySize = ToInt(tokens[0]),
        };
        config.Check(description);
        return config;

        long[] Shape(string name, int rank)
        {
            if (!shapes.TryGetValue(name, out long[]? shape))
            {
                throw new InvalidDataException(
                    $"{description} has no tensor '{name}', so the model's sizes cannot be inferred. Add a config.json, or give the "
                    + "weights openai's names.");
            }

            return shape.Length == rank ? shape
                : throw new InvalidDataException(
                    $"{description}: '{name}' has the shape [{string.Join(", ", shape)}]; expected {rank} dimensions.");
        }

        int Layers(string prefix) => shapes.Keys
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..].Split('.')[0])
            .Distinct()
            .Count();

        int ToInt(long size) => size is > 0 and <= int.MaxValue ? (int)size
            : throw new InvalidDataException($"{description}: a model with a dimension of {size} cannot be built.");
    }

    private static JsonDocument Parse(Stream json, string description)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{description} is not valid JSON: {e.Message}", e);
        }
    }

    internal void Check(string description)
    {
        (string Name, int Value)[] sizes =
        [
            ("image resolution", ImageResolution), ("patch size", PatchSize),
            ("vision width", VisionWidth), ("vision heads", VisionHeads), ("vision layers", VisionLayers),
            ("text width", TextWidth), ("text heads", TextHeads), ("text layers", TextLayers),
            ("joint dimension", EmbedDimension), ("context length", ContextLength), ("vocabulary size", VocabularySize),
        ];
        foreach ((string name, int value) in sizes)
        {
            if (value < 1)
            {
                throw new InvalidDataException($"{description}: the {name} is {value}; expected at least 1.");
            }
        }

        if (ImageResolution % PatchSize != 0)
        {
            throw new InvalidDataException(
                $"{description}: the image resolution {ImageResolution} is no multiple of the patch size {PatchSize}.");
        }

        if (VisionWidth % VisionHeads != 0 || TextWidth % TextHeads != 0)
        {
            throw new InvalidDataException(
                $"{description}: {VisionHeads} vision heads must divide the width {VisionWidth}, and {TextHeads} text heads the width "
                + $"{TextWidth}.");
        }
    }
}
