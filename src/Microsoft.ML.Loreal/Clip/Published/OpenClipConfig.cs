using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>
/// Reads open_clip's own configuration. Each of its settings is used, is refused by name where it would change the model, or is known
/// not to matter for a trained model. What the file leaves out has open_clip's defaults.
/// </summary>
internal sealed class OpenClipConfig
{
    // These set random starts, regularization of training and what is returned beside the features; or belong to parts that are refused.
    private static readonly HashSet<string> _withoutEffect = new(StringComparer.Ordinal)
    {
        "model_cfg.init_logit_scale", "model_cfg.nonscalar_logit_scale", "model_cfg.output_dict", "model_cfg.cast_dtype",
        "vision_cfg.patch_dropout", "vision_cfg.output_tokens", "vision_cfg.final_ln_after_pool", "vision_cfg.image_seq_len",
        "vision_cfg.attn_pooler_queries", "vision_cfg.attn_pooler_heads", "vision_cfg.n_queries",
        "vision_cfg.timm_model_pretrained", "vision_cfg.timm_pool", "vision_cfg.timm_proj", "vision_cfg.timm_proj_bias",
        "vision_cfg.timm_drop", "vision_cfg.timm_drop_path", "vision_cfg.timm_model_kwargs",
        "text_cfg.output_tokens", "text_cfg.hf_tokenizer_name", "text_cfg.pad_id", "text_cfg.bos_id", "text_cfg.eos_id",
        "text_cfg.tiktoken_name", "text_cfg.hf_model_pretrained", "text_cfg.hf_proj_type", "text_cfg.hf_pooler_type",
        "text_cfg.hf_model_config", "text_cfg.final_ln_after_pool",
        // The model's own image_size counts.
        "preprocess_cfg.size",
    };

    private static readonly HashSet<string> _used = new(StringComparer.Ordinal)
    {
        "model_cfg.embed_dim", "model_cfg.quick_gelu", "model_cfg.vision_cfg", "model_cfg.text_cfg",
        "vision_cfg.image_size", "vision_cfg.layers", "vision_cfg.width", "vision_cfg.patch_size", "vision_cfg.head_width",
        "vision_cfg.norm_kwargs", "text_cfg.context_length", "text_cfg.vocab_size", "text_cfg.width", "text_cfg.heads", "text_cfg.layers",
        "text_cfg.norm_kwargs", "text_cfg.pool_type", "preprocess_cfg.mean", "preprocess_cfg.std",
        "preprocess_cfg.interpolation", "preprocess_cfg.resize_mode", "preprocess_cfg.fill_color",
    };

    // The only values, beside null, with which a model is CLIP.
    private static readonly JsonElement _expected = JsonElement.Parse("""
        {
            "model_cfg.custom_text": false, "model_cfg.init_logit_bias": null,
            "vision_cfg.mlp_ratio": 4, "vision_cfg.ls_init_value": null, "vision_cfg.attentional_pool": false,
            "vision_cfg.no_ln_pre": false, "vision_cfg.pos_embed_type": "learnable", "vision_cfg.pool_type": "tok",
            "vision_cfg.act_kwargs": {}, "vision_cfg.block_type": "default", "vision_cfg.qk_norm": false,
            "vision_cfg.scaled_cosine_attn": false, "vision_cfg.scale_heads": false, "vision_cfg.scale_attn_inner": false,
            "vision_cfg.scale_attn": false, "vision_cfg.scale_fc": false, "vision_cfg.timm_model_name": null,
            "vision_cfg.input_patchnorm": false, "vision_cfg.global_average_pool": false,
            "text_cfg.text_arch": "clip", "text_cfg.variable_text": false, "text_cfg.mlp_ratio": 4, "text_cfg.ls_init_value": null,
            "text_cfg.embed_cls": false, "text_cfg.no_causal_mask": false, "text_cfg.proj_bias": false, "text_cfg.proj_type": "linear",
            "text_cfg.act_kwargs": {}, "text_cfg.block_type": "default", "text_cfg.qk_norm": false,
            "text_cfg.scaled_cosine_attn": false, "text_cfg.scale_heads": false, "text_cfg.scale_attn_inner": false,
            "text_cfg.scale_attn": false, "text_cfg.scale_fc": false, "text_cfg.hf_model_name": null, "text_cfg.tokenizer_mode": null,
            "text_cfg.tokenizer_type": "", "text_cfg.tokenizer_kwargs": {},
            "preprocess_cfg.mode": "RGB"
        }
        """);

    private readonly string _description;
    private readonly JsonElement _root;

    private OpenClipConfig(JsonElement root, string description)
    {
        _root = root;
        _description = description;
    }

    /// <summary>Reads the file's model_cfg, and checks that its preprocess_cfg has no unknown setting.</summary>
    /// <exception cref="NotSupportedException">The model is not CLIP with a vision transformer; the message says in what.</exception>
    /// <exception cref="InvalidDataException">The configuration is damaged.</exception>
    public static ClipConfig Read(JsonElement root, string description) => new OpenClipConfig(root, description).Read();

    private ClipConfig Read()
    {
        JsonElement model = Object(_root, "model_cfg");
        JsonElement vision = Object(model, "vision_cfg");
        JsonElement text = Object(model, "text_cfg");
        if (vision.TryGetProperty("layers", out JsonElement layers) && layers.ValueKind == JsonValueKind.Array)
        {
            throw new NotSupportedException(
                $"{_description} describes a CLIP model with a ResNet (vision_cfg.layers is {layers.GetRawText()}); only vision "
                + "transformers are supported.");
        }

        Check(model, "model_cfg");
        Check(vision, "vision_cfg");
        Check(text, "text_cfg");
        if (Given(_root, "preprocess_cfg"))
        {
            Check(Object(_root, "preprocess_cfg"), "preprocess_cfg");
        }

        ClipActivation activation = IsQuick(model) ? ClipActivation.QuickGelu : ClipActivation.Gelu;
        int visionWidth = Size(vision, "vision_cfg", "width", 768);
        int headWidth = Size(vision, "vision_cfg", "head_width", 64);
        var config = new ClipConfig
        {
            ImageResolution = ImageSize(vision),
            PatchSize = Size(vision, "vision_cfg", "patch_size", 16),
            VisionWidth = visionWidth,
            VisionHeads = headWidth < 1 ? 0 : visionWidth / headWidth,
            VisionLayers = Size(vision, "vision_cfg", "layers", 12),
            TextWidth = Size(text, "text_cfg", "width", 512),
            TextHeads = Size(text, "text_cfg", "heads", 8),
            TextLayers = Size(text, "text_cfg", "layers", 12),
            EmbedDimension = Size(model, "model_cfg", "embed_dim", null),
            ContextLength = Size(text, "text_cfg", "context_length", 77),
            VocabularySize = Size(text, "text_cfg", "vocab_size", 49408),
            VisionActivation = activation,
            TextActivation = activation,
            VisionLayerNormEpsilon = Epsilon(vision, "vision_cfg"),
            TextLayerNormEpsilon = Epsilon(text, "text_cfg"),
            EndOfTextToken = EndOfText(text),
        };
        config.Check(_description);
        return config;
    }

    private bool IsQuick(JsonElement model) => Given(model, "quick_gelu")
        && (model.GetProperty("quick_gelu") is { ValueKind: JsonValueKind.True or JsonValueKind.False } quick
            ? quick.GetBoolean()
            : throw new InvalidDataException(
                $"{_description}: model_cfg.quick_gelu is {model.GetProperty("quick_gelu").GetRawText()}; expected true or false."));

    private static bool Given(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    private JsonElement Object(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw new InvalidDataException(
                $"{_description} is not open_clip's configuration of a CLIP model: it needs the object {name}.");

    private void Check(JsonElement part, string name)
    {
        foreach (JsonProperty setting in part.EnumerateObject())
        {
            string path = $"{name}.{setting.Name}";
            if (_used.Contains(path) || _withoutEffect.Contains(path) || setting.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            bool isKnown = _expected.TryGetProperty(path, out JsonElement expected);
            if (!isKnown || !JsonElement.DeepEquals(setting.Value, expected))
            {
                throw new NotSupportedException(
                    $"{_description}: {path} is {setting.Value.GetRawText()}; "
                    + (isKnown ? $"only {expected.GetRawText()} is supported." : "a model with this setting is not supported.")
                    + " Use a model with CLIP's own vision and text transformers, such as open_clip's ViT-B-16.");
            }
        }
    }

    private int Size(JsonElement part, string partName, string name, int? otherwise)
    {
        if (!part.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return otherwise ?? throw new InvalidDataException($"{_description}: {partName}.{name} is missing.");
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number
            : throw new InvalidDataException($"{_description}: {partName}.{name} is {value.GetRawText()}; expected a whole number.");
    }

    private int ImageSize(JsonElement vision)
    {
        if (!vision.TryGetProperty("image_size", out JsonElement size) || size.ValueKind != JsonValueKind.Array)
        {
            return Size(vision, "vision_cfg", "image_size", 224);
        }

        return size.GetArrayLength() == 2 && JsonElement.DeepEquals(size[0], size[1])
            && size[0].ValueKind == JsonValueKind.Number && size[0].TryGetInt32(out int side)
            ? side
            : throw new NotSupportedException(
                $"{_description}: vision_cfg.image_size is {size.GetRawText()}; only models of square pictures are supported.");
    }

    private double Epsilon(JsonElement tower, string name)
    {
        double epsilon = ClipConfig.DefaultLayerNormEpsilon;
        if (Given(tower, "norm_kwargs"))
        {
            JsonElement settings = Object(tower, "norm_kwargs");
            foreach (JsonProperty setting in settings.EnumerateObject())
            {
                epsilon = setting.Name == "eps"
                    && setting.Value.ValueKind == JsonValueKind.Number
                    && (float)setting.Value.GetDouble() is > 0 and < float.PositiveInfinity
                    ? setting.Value.GetDouble()
                    : throw new NotSupportedException(
                        $"{_description}: {name}.norm_kwargs is {settings.GetRawText()}; only a positive eps is supported.");
            }
        }

        return epsilon;
    }

    /// <summary>The token at whose place a text is read; null for the largest id, which is the end of CLIP's texts.</summary>
    private int? EndOfText(JsonElement text)
    {
        if (!text.TryGetProperty("pool_type", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return (value.ValueKind == JsonValueKind.String ? value.GetString() : null) switch
        {
            "argmax" => null,
            "eos" => Size(text, "text_cfg", "eos_id", null),
            _ => throw new NotSupportedException(
                $"{_description}: text_cfg.pool_type is {value.GetRawText()}; only models that read a text at its end are supported."),
        };
    }
}
