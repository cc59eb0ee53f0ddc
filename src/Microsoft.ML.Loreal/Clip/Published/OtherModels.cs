using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>Recognizes models that are like CLIP and cannot be used, to say so by their names.</summary>
internal static class OtherModels
{
    private const string Expected = "Give the folder of a CLIP model with a vision transformer and its text transformer.";

    private static readonly Dictionary<string, string> _types = new(StringComparer.Ordinal)
    {
        ["siglip"] = "SigLIP",
        ["siglip2"] = "SigLIP 2",
        ["chinese_clip"] = "Chinese-CLIP",
        ["altclip"] = "AltCLIP",
        ["align"] = "ALIGN",
        ["blip"] = "BLIP",
        ["blip-2"] = "BLIP-2",
        ["clipseg"] = "CLIPSeg",
        ["owlvit"] = "OWL-ViT",
        ["owlv2"] = "OWLv2",
        ["groupvit"] = "GroupViT",
        ["xclip"] = "X-CLIP",
        ["metaclip_2"] = "MetaCLIP 2",
        ["vision-text-dual-encoder"] = "two encoders of other models",
        ["clip_vision_model"] = "CLIP's vision tower alone",
        ["clip_text_model"] = "CLIP's text tower alone",
    };

    private static readonly Dictionary<string, string> _architectures = new(StringComparer.Ordinal)
    {
        ["CLIPForImageClassification"] = "an image classifier made of CLIP's vision tower, without a text tower",
        ["CLIPVisionModel"] = "CLIP's vision tower alone",
        ["CLIPVisionModelWithProjection"] = "CLIP's vision tower alone",
        ["CLIPTextModel"] = "CLIP's text tower alone",
        ["CLIPTextModelWithProjection"] = "CLIP's text tower alone",
        ["EVACLIPModel"] = "EVA-CLIP",
    };

    // Parts of tensor names, and whose they are.
    private static readonly (string Part, string Model)[] _names =
    [
        (".lora_", "a LoRA adapter; merge it into its base model and save that"),
        ("base_model.", "a LoRA adapter; merge it into its base model and save that"),
        (".SCB", "quantized weights; use the original ones and choose a Precision instead"),
        (".weight_scale", "quantized weights; use the original ones and choose a Precision instead"),
        (".qweight", "quantized weights; use the original ones and choose a Precision instead"),
        ("visual.layer1.", "a CLIP model with a ResNet; only vision transformers are supported"),
        ("visual.trunk.", "a CLIP model with one of timm's vision towers; only CLIP's own is supported"),
        ("visual.blocks.", "EVA-CLIP"),
        ("text_decoder.", "CoCa"),
        ("logit_bias", "SigLIP"),
        ("bert.", "Chinese-CLIP or another model with a BERT as its text tower"),
        ("positional_embedding_res", "Long-CLIP with two position embeddings; use its version for transformers, which has one"),
        ("text.transformer.", "open_clip's layout with a text tower of its own (custom_text)"),
        ("diffusion_model.", "an image generator (Stable Diffusion)"),
    ];

    /// <summary>Checks what a config.json calls the model.</summary>
    /// <exception cref="NotSupportedException">It is of another type, or only a part of CLIP.</exception>
    public static void CheckConfig(JsonElement root, string description)
    {
        if (Text(root, "model_type") is { } type && type != "clip")
        {
            string known = _types.TryGetValue(type, out string? name) ? $": {name}" : string.Empty;
            throw new NotSupportedException($"{description} describes a model of type '{type}'{known}; expected 'clip'. {Expected}");
        }

        if (root.TryGetProperty("architectures", out JsonElement architectures) && architectures.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement architecture in architectures.EnumerateArray())
            {
                if (architecture.ValueKind == JsonValueKind.String
                    && _architectures.TryGetValue(architecture.GetString()!, out string? found))
                {
                    throw new NotSupportedException(
                        $"{description} describes {found} ({architecture.GetString()}); expected CLIPModel. {Expected}");
                }
            }
        }

        if (Text(root, "architecture") is { } timm && root.TryGetProperty("num_classes", out _))
        {
            throw new NotSupportedException($"{description} describes timm's model {timm}, a vision tower alone. {Expected}");
        }
    }

    /// <summary>Checks the names of the tensors.</summary>
    /// <exception cref="NotSupportedException">They are another model's.</exception>
    public static void CheckWeights(IReadOnlyCollection<string> names, string description)
    {
        foreach ((string part, string model) in _names)
        {
            if (names.FirstOrDefault(name => name.Contains(part, StringComparison.Ordinal)) is { } found)
            {
                throw new NotSupportedException($"{description} holds {model} ('{found}' is among its tensors).");
            }
        }

        bool hasVision = Has("vision_model.") || Has("visual.");
        bool hasText = Has("text_model.") || Has("transformer.") || Has("token_embedding.");
        if (hasVision && !hasText)
        {
            string what = Has("classifier.") ? "an image classifier made of CLIP's vision tower" : "CLIP's vision tower alone";
            throw new NotSupportedException($"{description} holds {what}, without a text tower. {Expected}");
        }

        if (hasText && !hasVision && Has("text_model."))
        {
            throw new NotSupportedException($"{description} holds CLIP's text tower alone, without a vision tower. {Expected}");
        }

        bool Has(string start) => names.Any(name => name.StartsWith(start, StringComparison.Ordinal));
    }

    /// <summary>What stands in a folder without CLIP's weights, as an error; null where nothing is known.</summary>
    public static Exception? InsteadOfWeights(IBackboneFiles files)
    {
        string[] names = [.. files.Names.Order(StringComparer.Ordinal)];
        if (Find(".incomplete", ".part", ".crdownload", ".aria2") is { } unfinished)
        {
            return new FileNotFoundException(
                $"The download of {BackboneContents.Describe(files, unfinished)} is not finished. Download the model again.",
                WeightFiles.Standard);
        }

        if (names.FirstOrDefault(name => name.StartsWith("adapter_", StringComparison.Ordinal)) is { } adapter)
        {
            return new NotSupportedException(
                $"{BackboneContents.Describe(files, adapter)} belongs to a LoRA adapter, which changes another model. Merge it into its "
                + $"base model and save that as {WeightFiles.Standard}.");
        }

        if (names.Contains("model_index.json"))
        {
            return new NotSupportedException(
                $"{Capitalized(files.Description)} is a pipeline of several models (model_index.json), such as Stable Diffusion. "
                + Expected);
        }

        if (names.FirstOrDefault(BackboneContents.IsPickle) is { } pickle)
        {
            return BackboneContents.PickleGiven(BackboneContents.Describe(files, pickle));
        }

        return Find(".gguf", ".onnx", ".h5", ".msgpack", ".tflite", ".mlmodel") is { } other
            ? new NotSupportedException(
                $"{BackboneContents.Describe(files, other)} is a model in another format ({Path.GetExtension(other)}). Get the model's "
                + $"weights in safetensors, as {WeightFiles.Standard}.")
            : null;

        string? Find(params string[] extensions) =>
            names.FirstOrDefault(name => extensions.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)));
    }

    public static string Capitalized(string description) => char.ToUpperInvariant(description[0]) + description[1..];

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
