namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>Where each tensor of openai's state dict is in a checkpoint with openai's or Hugging Face's names.</summary>
internal static class ClipWeightNames
{
    /// <summary>The buffers of openai's own archives.</summary>
    public static IReadOnlyList<string> OpenAIBuffers { get; } = ["input_resolution", "context_length", "vocab_size"];

    /// <summary>Buffers that published checkpoints carry beside the weights.</summary>
    private static readonly HashSet<string> _ignored = new(OpenAIBuffers, StringComparer.Ordinal)
    {
        "text_model.embeddings.position_ids", "vision_model.embeddings.position_ids",
    };

    /// <summary>What wrappers put before the names of a whole model when it is saved in them.</summary>
    private static readonly string[] _prefixes = ["module.", "model.", "clip.", "_orig_mod."];

    /// <summary>The prefixes of wrappers, one after the other, that all names share but for ignored buffers'; empty without one.</summary>
    public static string SharedPrefix(IReadOnlyCollection<string> names)
    {
        string prefix = string.Empty;
        while (Next() is { } next)
        {
            prefix += next;
        }

        return prefix;

        string? Next() => _prefixes.FirstOrDefault(candidate =>
            names.Any(name => name.StartsWith(prefix + candidate, StringComparison.Ordinal))
            && names.All(name => name.StartsWith(prefix + candidate, StringComparison.Ordinal) || IsIgnored(name)));
    }

    public static bool IsIgnored(string name) => _ignored.Contains(name);

    public static bool IsHuggingFace(IEnumerable<string> names) => names.Any(name =>
        name.StartsWith("text_model.", StringComparison.Ordinal) || name.StartsWith("vision_model.", StringComparison.Ordinal));

    /// <summary>openai's names: every tensor under its own.</summary>
    public static IEnumerable<ClipWeight> OpenAI(ClipConfig config) =>
        Shapes(config).Select(weight => new ClipWeight(weight.Name, weight.Shape, [weight.Name], Transposed: false));

    /// <summary>Hugging Face's names: queries, keys and values apart, both projections transposed.</summary>
    public static IEnumerable<ClipWeight> HuggingFace(ClipConfig config) =>
        Shapes(config).Select(weight => HuggingFace(weight.Name, weight.Shape));

    private static ClipWeight HuggingFace(string name, long[] shape)
    {
        string? direct = name switch
        {
            "visual.class_embedding" => "vision_model.embeddings.class_embedding",
            "visual.positional_embedding" => "vision_model.embeddings.position_embedding.weight",
            "visual.conv1.weight" => "vision_model.embeddings.patch_embedding.weight",
            "visual.ln_pre.weight" => "vision_model.pre_layrnorm.weight",
            "visual.ln_pre.bias" => "vision_model.pre_layrnorm.bias",
            "visual.ln_post.weight" => "vision_model.post_layernorm.weight",
            "visual.ln_post.bias" => "vision_model.post_layernorm.bias",
            "token_embedding.weight" => "text_model.embeddings.token_embedding.weight",
            "positional_embedding" => "text_model.embeddings.position_embedding.weight",
            "ln_final.weight" => "text_model.final_layer_norm.weight",
            "ln_final.bias" => "text_model.final_layer_norm.bias",
            "logit_scale" => "logit_scale",
            _ => null,
        };
        if (direct is not null)
        {
            return new ClipWeight(name, shape, [direct], Transposed: false);
        }

        switch (name)
        {
            case "visual.proj":
                return new ClipWeight(name, shape, ["visual_projection.weight"], Transposed: true);
            case "text_projection":
                return new ClipWeight(name, shape, ["text_projection.weight"], Transposed: true);
        }

        bool isVision = name.StartsWith("visual.", StringComparison.Ordinal);
        string[] parts = name[(isVision ? "visual.transformer.resblocks." : "transformer.resblocks.").Length..].Split('.', 2);
        string layer = $"{(isVision ? "vision_model" : "text_model")}.encoder.layers.{parts[0]}.";
        return parts[1] switch
        {
            "attn.in_proj_weight" =>
                new ClipWeight(
                    name,
                    shape,
                    [layer + "self_attn.q_proj.weight", layer + "self_attn.k_proj.weight", layer + "self_attn.v_proj.weight"],
                    Transposed: false),
            "attn.in_proj_bias" =>
                new ClipWeight(
                    name,
                    shape,
                    [layer + "self_attn.q_proj.bias", layer + "self_attn.k_proj.bias", layer + "self_attn.v_proj.bias"],
                    Transposed: false),
            var rest => new ClipWeight(
                name,
                shape,
                [
                    layer + rest
                        .Replace("attn.out_proj", "self_attn.out_proj", StringComparison.Ordinal)
                        .Replace("ln_1", "layer_norm1", StringComparison.Ordinal)
                        .Replace("ln_2", "layer_norm2", StringComparison.Ordinal)
                        .Replace("c_fc", "fc1", StringComparison.Ordinal)
                        .Replace("c_proj", "fc2", StringComparison.Ordinal),
                ],
                Transposed: false),
        };
    }

    /// <summary>Every tensor of openai's state dict with its shape.</summary>
    private static IEnumerable<(string Name, long[] Shape)> Shapes(ClipConfig config)
    {
        long vision = config.VisionWidth;
        long text = config.TextWidth;
        yield return ("visual.conv1.weight", [vision, 3, config.PatchSize, config.PatchSize]);
        yield return ("visual.class_embedding", [vision]);
        yield return ("visual.positional_embedding", [((long)config.Grid * config.Grid) + 1, vision]);
        yield return ("visual.ln_pre.weight", [vision]);
        yield return ("visual.ln_pre.bias", [vision]);
        foreach ((string, long[]) weight in Blocks("visual.transformer.resblocks.", config.VisionLayers, vision))
        {
            yield return weight;
        }

        yield return ("visual.ln_post.weight", [vision]);
        yield return ("visual.ln_post.bias", [vision]);
        yield return ("visual.proj", [vision, config.EmbedDimension]);
        yield return ("token_embedding.weight", [config.VocabularySize, text]);
        yield return ("positional_embedding", [config.ContextLength, text]);
        foreach ((string, long[]) weight in Blocks("transformer.resblocks.", config.TextLayers, text))
        {
            yield return weight;
        }

        yield return ("ln_final.weight", [text]);
        yield return ("ln_final.bias", [text]);
        yield return ("text_projection", [text, config.EmbedDimension]);
        yield return ("logit_scale", []);
    }

    private static IEnumerable<(string Name, long[] Shape)> Blocks(string prefix, int layers, long width)
    {
        for (int i = 0; i < layers; i++)
        {
            string block = $"{prefix}{i}.";
            yield return (block + "ln_1.weight", [width]);
            yield return (block + "ln_1.bias", [width]);
            yield return (block + "attn.in_proj_weight", [3 * width, width]);
            yield return (block + "attn.in_proj_bias", [3 * width]);
            yield return (block + "attn.out_proj.weight", [width, width]);
            yield return (block + "attn.out_proj.bias", [width]);
            yield return (block + "ln_2.weight", [width]);
            yield return (block + "ln_2.bias", [width]);
            yield return (block + "mlp.c_fc.weight", [4 * width, width]);
            yield return (block + "mlp.c_fc.bias", [4 * width]);
            yield return (block + "mlp.c_proj.weight", [width, 4 * width]);
            yield return (block + "mlp.c_proj.bias", [width]);
        }
    }
}
