using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>Writes the backbone's folder: config.json, vocab.json, merges.txt and model.safetensors with openai's tensor names.</summary>
internal static class Export
{
    /// <summary>QuickGELU(z) = z * sigmoid(1.702 z) = SiLU(1.702 z) / 1.702.</summary>
    internal const double QuickGelu = 1.702;

    internal static void Write(string folder, Clip model, Vocabulary vocabulary)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Directory.CreateDirectory(folder);
        vocabulary.Save(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Configuration(model.Size));
        var path = Path.Combine(folder, "model.safetensors");
        SafetensorsWriter.Write(path + ".part", Tensors(model));
        File.Move(path + ".part", path, overwrite: true);
    }

    /// <summary>The tensors under openai's names, with QuickGELU's factor taken out of SiLU's layers.</summary>
    internal static List<(string Name, Tensor Value)> Tensors(Clip model)
    {
        var (vision, text, patch) = (model.visual, model.text, model.Size.Patch);
        var result = new List<(string, Tensor)>
        {
            ("visual.class_embedding", vision.class_embedding),
            ("visual.positional_embedding", vision.positional_embedding),
            ("visual.proj", vision.proj),
            // [width, 3 * patch * patch] -> [width, 3, patch, patch]
            ("visual.conv1.weight", vision.conv1.weight.reshape(-1, 3, patch, patch)),
            ("visual.ln_pre.weight", vision.ln_pre.weight!),
            ("visual.ln_pre.bias", vision.ln_pre.bias!),
        };
        AddBlocks(result, "visual.transformer.resblocks.", vision.resblocks);
        result.AddRange(
        [
            ("visual.ln_post.weight", vision.ln_post.weight!),
            ("visual.ln_post.bias", vision.ln_post.bias!),
            ("positional_embedding", text.positional_embedding),
            ("text_projection", text.text_projection),
            ("logit_scale", model.logit_scale),
            ("token_embedding.weight", text.token_embedding.weight),
        ]);
        AddBlocks(result, "transformer.resblocks.", text.resblocks);
        result.AddRange([("ln_final.weight", text.ln_final.weight!), ("ln_final.bias", text.ln_final.bias!)]);
        return result;
    }

    private static void AddBlocks(List<(string, Tensor)> result, string prefix, IEnumerable<Block> blocks)
    {
        var i = 0;
        foreach (var block in blocks)
        {
            var start = $"{prefix}{i++}.";
            result.AddRange(
            [
                (start + "ln_1.weight", block.ln_1.weight!),
                (start + "ln_1.bias", block.ln_1.bias!),
                (start + "attn.in_proj_weight", block.in_proj.weight),
                (start + "attn.in_proj_bias", block.in_proj.bias!),
                (start + "attn.out_proj.weight", block.out_proj.weight),
                (start + "attn.out_proj.bias", block.out_proj.bias!),
                (start + "ln_2.weight", block.ln_2.weight!),
                (start + "ln_2.bias", block.ln_2.bias!),
                (start + "mlp.c_fc.weight", block.c_fc.weight / QuickGelu),
                (start + "mlp.c_fc.bias", block.c_fc.bias! / QuickGelu),
                (start + "mlp.c_proj.weight", block.c_proj.weight * QuickGelu),
                (start + "mlp.c_proj.bias", block.c_proj.bias!),
            ]);
        }
    }

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
