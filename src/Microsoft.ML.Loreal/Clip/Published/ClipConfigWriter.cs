using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>Writes a configuration as Hugging Face's config.json.</summary>
internal static class ClipConfigWriter
{
    /// <summary>The file's content.</summary>
    public static byte[] Write(ClipConfig config) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        model_type = "clip",
        projection_dim = config.EmbedDimension,
        vision_config = new
        {
            image_size = config.ImageResolution,
            patch_size = config.PatchSize,
            hidden_size = config.VisionWidth,
            intermediate_size = 4 * config.VisionWidth,
            num_attention_heads = config.VisionHeads,
            num_hidden_layers = config.VisionLayers,
            hidden_act = Name(config.VisionActivation),
            layer_norm_eps = config.VisionLayerNormEpsilon,
        },
        text_config = new
        {
            hidden_size = config.TextWidth,
            intermediate_size = 4 * config.TextWidth,
            num_attention_heads = config.TextHeads,
            num_hidden_layers = config.TextLayers,
            max_position_embeddings = config.ContextLength,
            vocab_size = config.VocabularySize,
            hidden_act = Name(config.TextActivation),
            layer_norm_eps = config.TextLayerNormEpsilon,
        },
    });

    private static string Name(ClipActivation activation) => activation == ClipActivation.Gelu ? "gelu" : "quick_gelu";
}
