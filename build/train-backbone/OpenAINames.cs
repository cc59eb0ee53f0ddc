using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>The model's weights under the names and in the form that openai's checkpoints have.</summary>
internal static class OpenAINames
{
    /// <summary>QuickGELU(z) = z * sigmoid(1.702 z) = SiLU(1.702 z) / 1.702.</summary>
    internal const double QuickGelu = 1.702;

    /// <summary>The weights in half precision.</summary>
    internal static IEnumerable<(string Name, Tensor Value)> Export(Clip model)
    {
        int patch = model.Config.PatchSize;
        return Weights(model)
            // A linear layer on patches, [width, 3 * patch * patch], is a convolution, [width, 3, patch, patch].
            .Select(w => (w.Name, Value: w.Name == "visual.conv1.weight" ? w.Weight.reshape(-1, 3, patch, patch) : w.Weight * w.Factor))
            .Select(w => (w.Name, w.Value.to(ScalarType.Float16)));
    }

    internal static void Import(Clip model, SafetensorsFile file)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        foreach ((string name, Tensor weight, double factor) in Weights(model))
        {
            // The convolution's [width, 3, patch, patch] -> [width, 3 * patch * patch], the others as they are.
            weight.copy_(file.ReadTensor(name, ScalarType.Float32).reshape(weight.shape) / factor);
        }
    }

    // A checkpoint's tensor is the weight times the factor.
    private static IEnumerable<(string Name, Tensor Weight, double Factor)> Weights(Clip model)
    {
        (VisionTower vision, TextTower text) = (model.visual, model.text);
        (string, Tensor, double)[] ofVision =
        [
            ("visual.class_embedding", vision.class_embedding, 1),
            ("visual.positional_embedding", vision.positional_embedding, 1),
            ("visual.proj", vision.proj, 1),
            ("visual.conv1.weight", vision.conv1.weight, 1),
            ("visual.ln_pre.weight", vision.ln_pre.weight!, 1),
            ("visual.ln_pre.bias", vision.ln_pre.bias!, 1),
            ("visual.ln_post.weight", vision.ln_post.weight!, 1),
            ("visual.ln_post.bias", vision.ln_post.bias!, 1),
        ];
        (string, Tensor, double)[] ofText =
        [
            ("positional_embedding", text.positional_embedding, 1),
            ("text_projection", text.text_projection, 1),
            ("logit_scale", model.logit_scale, 1),
            ("token_embedding.weight", text.token_embedding.weight!, 1),
            ("ln_final.weight", text.ln_final.weight!, 1),
            ("ln_final.bias", text.ln_final.bias!, 1),
        ];
        return ofVision
            .Concat(Blocks("visual.transformer.resblocks.", vision.resblocks))
            .Concat(ofText)
            .Concat(Blocks("transformer.resblocks.", text.resblocks));
    }

    private static IEnumerable<(string, Tensor, double)> Blocks(string prefix, IEnumerable<Block> blocks) =>
        blocks.SelectMany((block, i) => new (string, Tensor, double)[]
        {
            ($"{prefix}{i}.ln_1.weight", block.ln_1.weight!, 1),
            ($"{prefix}{i}.ln_1.bias", block.ln_1.bias!, 1),
            ($"{prefix}{i}.attn.in_proj_weight", block.in_proj.weight, 1),
            ($"{prefix}{i}.attn.in_proj_bias", block.in_proj.bias!, 1),
            ($"{prefix}{i}.attn.out_proj.weight", block.out_proj.weight, 1),
            ($"{prefix}{i}.attn.out_proj.bias", block.out_proj.bias!, 1),
            ($"{prefix}{i}.ln_2.weight", block.ln_2.weight!, 1),
            ($"{prefix}{i}.ln_2.bias", block.ln_2.bias!, 1),
            ($"{prefix}{i}.mlp.c_fc.weight", block.c_fc.weight, 1 / QuickGelu),
            ($"{prefix}{i}.mlp.c_fc.bias", block.c_fc.bias!, 1 / QuickGelu),
            ($"{prefix}{i}.mlp.c_proj.weight", block.c_proj.weight, QuickGelu),
            ($"{prefix}{i}.mlp.c_proj.bias", block.c_proj.bias!, 1),
        });
}
