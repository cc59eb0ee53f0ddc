using System.IO.Compression;
using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>A CLIP model with random weights, small enough to train prompts for in a test. Every character is a token, so that it needs no merge table.</summary>
internal static class TinyClip
{
    private const int Vocabulary = (2 * 256) + 2;

    /// <summary>A model without tokenizer and files.</summary>
    public static ClipModel Create(int textLayers = 2, int textHeads = 2)
    {
        var config = Config(textLayers, textHeads);
        var random = new Random(1);
        return new ClipModel(config, CPU, name => Weight(config, name, random));
    }

    /// <summary>A whole backbone in memory: 32 pixels in patches of 8.</summary>
    public static ClipBackbone Backbone(int seed = 1)
    {
        var config = Config(2, 2);
        var random = new Random(seed);
        using var scope = NewDisposeScope();
        using var weights = new MemoryStream();
        SafetensorsWriter.Write(weights, Names(config).Select(name => (name, Weight(config, name, random))));
        using var merges = new MemoryStream();
        using (var gzip = new GZipStream(merges, CompressionLevel.Fastest))
        {
            gzip.Write("#version: 0.2\n"u8);
        }

        return ClipBackbone.FromFiles(new MemoryBackboneFiles("the test backbone", new Dictionary<string, byte[]>
        {
            ["config.json"] = Encoding.UTF8.GetBytes(Json(config)),
            ["model.safetensors"] = weights.ToArray(),
            ["bpe_simple_vocab_16e6.txt.gz"] = merges.ToArray(),
        }));
    }

    private static ClipConfig Config(int textLayers, int textHeads) => new()
    {
        ImageResolution = 32,
        PatchSize = 8,
        VisionWidth = 32,
        VisionHeads = 2,
        VisionLayers = 2,
        TextWidth = 16,
        TextHeads = textHeads,
        TextLayers = textLayers,
        EmbedDimension = 24,
        ContextLength = 77,
        VocabularySize = Vocabulary,
    };

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

    private static IEnumerable<string> Names(ClipConfig config) =>
    [
        "visual.class_embedding", "visual.positional_embedding", "visual.conv1.weight", "visual.proj",
        "visual.ln_pre.weight", "visual.ln_pre.bias", "visual.ln_post.weight", "visual.ln_post.bias",
        .. Enumerable.Range(0, config.VisionLayers).SelectMany(i => BlockNames($"visual.transformer.resblocks.{i}.")),
        "token_embedding.weight", "positional_embedding", "text_projection", "ln_final.weight", "ln_final.bias", "logit_scale",
        .. Enumerable.Range(0, config.TextLayers).SelectMany(i => BlockNames($"transformer.resblocks.{i}.")),
    ];

    private static IEnumerable<string> BlockNames(string prefix) =>
        new[]
        {
            "ln_1.weight", "ln_1.bias", "attn.in_proj_weight", "attn.in_proj_bias", "attn.out_proj.weight", "attn.out_proj.bias",
            "ln_2.weight", "ln_2.bias", "mlp.c_fc.weight", "mlp.c_fc.bias", "mlp.c_proj.weight", "mlp.c_proj.bias",
        }.Select(name => prefix + name);

    private static Tensor Weight(ClipConfig config, string name, Random random)
    {
        if (name == "logit_scale")
        {
            return tensor(MathF.Log(20));
        }

        var width = name.StartsWith("visual.", StringComparison.Ordinal) ? config.VisionWidth : config.TextWidth;
        long[] shape = name[(name.LastIndexOf("resblocks.", StringComparison.Ordinal) is var i and >= 0 ? i + 12 : 0)..] switch
        {
            "visual.class_embedding" => [width],
            "visual.positional_embedding" => [1 + config.Grid * config.Grid, width],
            "visual.conv1.weight" => [width, 3, config.PatchSize, config.PatchSize],
            "visual.proj" or "text_projection" => [width, config.EmbedDimension],
            "token_embedding.weight" => [config.VocabularySize, width],
            "positional_embedding" => [config.ContextLength, width],
            "attn.in_proj_weight" => [3 * width, width],
            "attn.in_proj_bias" => [3 * width],
            "attn.out_proj.weight" => [width, width],
            "mlp.c_fc.weight" => [4 * width, width],
            "mlp.c_fc.bias" => [4 * width],
            "mlp.c_proj.weight" => [width, 4 * width],
            _ => [width],
        };
        var deviation = shape.Length == 1 ? 0.1 : 1 / Math.Sqrt(shape[^1]);
        var values = RandomTensors.Normal(random, deviation, CPU, shape);
        return name.Contains("ln_", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal) ? values + 1 : values;
    }
}
