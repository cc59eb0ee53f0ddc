using System.Text;
using System.Text.Json;
using TorchSharp;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Writes a CLIP folder with seeded random weights and a vocabulary of single bytes, for what needs a whole backbone.</summary>
internal static class BackboneFolder
{
    private const int Bytes = 256;

    /// <summary>Attributes of one token each in this vocabulary, as the usual words are in CLIP's.</summary>
    public static IReadOnlyList<string> Attributes { get; } = ["c", "s", "z", "t", "o"];

    public static ClipBackbone Write(string folder, BenchmarkModel size)
    {
        var config = size.Config with { VocabularySize = (2 * Bytes) + 2 };
        File.WriteAllText(Path.Combine(folder, "config.json"), Json(config));
        string[] bytes = [.. ByteAlphabet.Order.ToArray().Select(value => ByteAlphabet.Character(value).ToString())];
        string[] tokens = [.. bytes, .. bytes.Select(text => text + "</w>"), "<|startoftext|>", "<|endoftext|>"];
        File.WriteAllText(
            Path.Combine(folder, "vocab.json"),
            JsonSerializer.Serialize(tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id)),
            new UTF8Encoding(false));
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
        using (torch.NewDisposeScope())
        {
            torch.manual_seed(1);
            SafetensorsWriter.Write(
                Path.Combine(folder, "model.safetensors"),
                ClipWeightNames.OpenAI(config).Select(weight => (weight.Name, BenchmarkModel.Weight(weight.Name, weight.Shape))));
        }

        return ClipBackbone.FromFolder(folder);
    }

    private static string Json(ClipConfig config) => JsonSerializer.Serialize(new
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
            hidden_act = "quick_gelu",
        },
        text_config = new
        {
            hidden_size = config.TextWidth,
            intermediate_size = 4 * config.TextWidth,
            num_attention_heads = config.TextHeads,
            num_hidden_layers = config.TextLayers,
            max_position_embeddings = config.ContextLength,
            vocab_size = config.VocabularySize,
            hidden_act = "quick_gelu",
        },
    });
}
