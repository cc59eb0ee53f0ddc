using System.Text;
using System.Text.Json;
using TorchSharp;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>A CLIP folder with small random weights: 32 px in patches of 8, one token a byte.</summary>
internal static class TinyBackbone
{
    public const int Patch = 8;
    public const int Resolution = 32;

    private const int Width = 64;
    private const int Context = 77;
    private const int Joint = 32;
    private const int Vocabulary = 514;

    public static ClipBackbone Create(string folder, int seed = 1)
    {
        Directory.CreateDirectory(folder);
        WriteConfig(Path.Combine(folder, "config.json"));
        WriteVocabulary(folder);
        WriteWeights(Path.Combine(folder, "model.safetensors"), new Random(seed));
        return ClipBackbone.FromFolder(folder);
    }

    private static void WriteConfig(string path) => File.WriteAllText(path, JsonSerializer.Serialize(new
    {
        model_type = "clip",
        projection_dim = Joint,
        vision_config = new
        {
            image_size = Resolution, patch_size = Patch, hidden_size = Width, num_attention_heads = 1, num_hidden_layers = 2, intermediate_size = 4 * Width, hidden_act = "quick_gelu",
        },
        text_config = new
        {
            hidden_size = Width, num_attention_heads = 1, num_hidden_layers = 2, intermediate_size = 4 * Width, hidden_act = "quick_gelu",
            max_position_embeddings = Context, vocab_size = Vocabulary,
        },
    }));

    private static void WriteVocabulary(string folder)
    {
        string[] bytes = [.. ByteAlphabet.Order.ToArray().Select(value => ByteAlphabet.Character(value).ToString())];
        string[] tokens = [.. bytes, .. bytes.Select(text => text + "</w>"), "<|startoftext|>", "<|endoftext|>"];
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id)), new UTF8Encoding(false));
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
    }

    private static void WriteWeights(string path, Random random)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var tensors = new List<(string, torch.Tensor)>
        {
            ("visual.conv1.weight", Normal(0.07, Width, 3, Patch, Patch)),
            ("visual.class_embedding", Normal(0.2, Width)),
            ("visual.positional_embedding", Normal(0.2, 17, Width)),
            ("visual.ln_pre.weight", torch.ones(Width)),
            ("visual.ln_pre.bias", torch.zeros(Width)),
            ("visual.ln_post.weight", torch.ones(Width)),
            ("visual.ln_post.bias", torch.zeros(Width)),
            ("visual.proj", Normal(0.12, Width, Joint)),
            ("token_embedding.weight", Normal(0.3, Vocabulary, Width)),
            ("positional_embedding", Normal(0.1, Context, Width)),
            ("ln_final.weight", torch.ones(Width)),
            ("ln_final.bias", torch.zeros(Width)),
            ("text_projection", Normal(0.12, Width, Joint)),
            ("logit_scale", torch.tensor((float)Math.Log(20))),
        };
        foreach (string prefix in new[] { "visual.transformer.resblocks.", "transformer.resblocks." })
        {
            for (int layer = 0; layer < 2; layer++)
            {
                AddBlock($"{prefix}{layer}.");
            }
        }

        SafetensorsWriter.Write(path, tensors);

        void AddBlock(string block)
        {
            tensors.Add((block + "ln_1.weight", torch.ones(Width)));
            tensors.Add((block + "ln_1.bias", torch.zeros(Width)));
            tensors.Add((block + "attn.in_proj_weight", Normal(0.12, 3 * Width, Width)));
            tensors.Add((block + "attn.in_proj_bias", Normal(0.02, 3 * Width)));
            tensors.Add((block + "attn.out_proj.weight", Normal(0.12, Width, Width)));
            tensors.Add((block + "attn.out_proj.bias", Normal(0.02, Width)));
            tensors.Add((block + "ln_2.weight", torch.ones(Width)));
            tensors.Add((block + "ln_2.bias", torch.zeros(Width)));
            tensors.Add((block + "mlp.c_fc.weight", Normal(0.12, 4 * Width, Width)));
            tensors.Add((block + "mlp.c_fc.bias", Normal(0.02, 4 * Width)));
            tensors.Add((block + "mlp.c_proj.weight", Normal(0.06, Width, 4 * Width)));
            tensors.Add((block + "mlp.c_proj.bias", Normal(0.02, Width)));
        }

        torch.Tensor Normal(double deviation, params long[] shape)
        {
            var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
            for (int i = 0; i < values.Length; i++)
            {
                // Twelve uniform numbers have a sum close to normal with variance 1.
                double sum = -6;
                for (int j = 0; j < 12; j++)
                {
                    sum += random.NextDouble();
                }

                values[i] = (float)(deviation * sum);
            }

            return torch.tensor(values, shape);
        }
    }
}
