using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

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
        File.WriteAllText(Path.Combine(folder, "config.json"), Configuration(model.Size));
        string path = Path.Combine(folder, Weights);
        Safetensors.Write(path + ".part", OpenAINames.Export(model));
        File.Move(path + ".part", path, overwrite: true);
    }

    /// <summary>Reads the weights of a folder that <see cref="Write"/> has written.</summary>
    internal static void Read(string folder, Clip model) => OpenAINames.Import(model, Safetensors.Read(Path.Combine(folder, Weights)));

    private static string Configuration(ModelSize size)
    {
        var configuration = new
        {
            architectures = new[] { "CLIPModel" },
            model_type = "clip",
            projection_dim = size.Joint,
            logit_scale_init_value = 2.6592,
            text_config = new
            {
                model_type = "clip_text_model",
                hidden_act = "quick_gelu",
                hidden_size = size.TextWidth,
                intermediate_size = 4 * size.TextWidth,
                num_attention_heads = size.Heads(size.TextWidth),
                num_hidden_layers = size.TextLayers,
                max_position_embeddings = size.Context,
                vocab_size = size.Vocabulary,
                bos_token_id = size.Vocabulary - 2,
                eos_token_id = size.Vocabulary - 1,
                layer_norm_eps = 1e-05,
                projection_dim = size.Joint,
            },
            vision_config = new
            {
                model_type = "clip_vision_model",
                hidden_act = "quick_gelu",
                hidden_size = size.VisionWidth,
                intermediate_size = 4 * size.VisionWidth,
                num_attention_heads = size.Heads(size.VisionWidth),
                num_hidden_layers = size.VisionLayers,
                image_size = Painter.Side,
                patch_size = size.Patch,
                num_channels = 3,
                layer_norm_eps = 1e-05,
                projection_dim = size.Joint,
            },
        };
        return JsonSerializer.Serialize(configuration, new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }
}
