using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>The backbone's folder: config.json, vocab.json, merges.txt and model.safetensors with openai's tensor names.</summary>
internal static class BackboneFolder
{
    private const string Weights = "model.safetensors";

    internal static void Write(string folder, Clip model, Vocabulary vocabulary)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Directory.CreateDirectory(folder);
        vocabulary.Save(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Configuration(model.Config));
        SafetensorsWriter.Write(
            Path.Combine(folder, Weights), OpenAINames.Export(model), new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Reads the weights of a folder that <see cref="Write"/> has written.</summary>
    internal static void Read(string folder, Clip model)
    {
        using var file = SafetensorsFile.Read(Path.Combine(folder, Weights));
        OpenAINames.Import(model, file);
    }

    private static string Configuration(ClipConfig config)
    {
        var configuration = new
        {
            architectures = new[] { "CLIPModel" },
            model_type = "clip",
            projection_dim = config.EmbedDimension,
            logit_scale_init_value = 2.6592,
            text_config = new
            {
                model_type = "clip_text_model",
                hidden_act = "quick_gelu",
                hidden_size = config.TextWidth,
                intermediate_size = 4 * config.TextWidth,
                num_attention_heads = config.TextHeads,
                num_hidden_layers = config.TextLayers,
                max_position_embeddings = config.ContextLength,
                vocab_size = config.VocabularySize,
                bos_token_id = config.VocabularySize - 2,
                eos_token_id = config.VocabularySize - 1,
                layer_norm_eps = 1e-05,
                projection_dim = config.EmbedDimension,
            },
            vision_config = new
            {
                model_type = "clip_vision_model",
                hidden_act = "quick_gelu",
                hidden_size = config.VisionWidth,
                intermediate_size = 4 * config.VisionWidth,
                num_attention_heads = config.VisionHeads,
                num_hidden_layers = config.VisionLayers,
                image_size = config.ImageResolution,
                patch_size = config.PatchSize,
                num_channels = 3,
                layer_norm_eps = 1e-05,
                projection_dim = config.EmbedDimension,
            },
        };
        return JsonSerializer.Serialize(configuration, new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }
}
