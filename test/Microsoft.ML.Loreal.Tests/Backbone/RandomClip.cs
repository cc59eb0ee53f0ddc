using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// What a CLIP folder with random weights is made of: openai's state dict, config.json, and a vocabulary of one token a byte.
/// </summary>
internal static class RandomClip
{
    /// <summary>The patch of <see cref="Small"/>, in pixels.</summary>
    public const int SmallPatch = 8;

    /// <summary>Sizes for which everything takes milliseconds: 4 x 4 patches, two blocks a tower.</summary>
    public static ClipConfig Small { get; } = new()
    {
        ImageResolution = 4 * SmallPatch,
        PatchSize = SmallPatch,
        VisionWidth = 64,
        VisionHeads = 1,
        VisionLayers = 2,
        TextWidth = 64,
        TextHeads = 1,
        TextLayers = 2,
        EmbedDimension = 32,
        ContextLength = 77,
        VocabularySize = ByteVocabularySize,
    };

    /// <summary>The tokens of <see cref="ByteVocabulary"/>: each byte inside and at the end of a word, start and end.</summary>
    public const int ByteVocabularySize = (2 * 256) + 2;

    /// <summary>The tensors by openai's names, of sizes at which features neither vanish nor explode.</summary>
    public static IEnumerable<(string Name, Tensor Value)> Weights(ClipConfig config, Random random) =>
        ClipWeightNames.OpenAI(config).Select(weight => (weight.Name, Weight(weight.Name, weight.Shape, random)));

    public static string ConfigJson(ClipConfig config) => JsonSerializer.Serialize(new
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

    /// <summary>vocab.json of a vocabulary that needs no merges.</summary>
    public static string ByteVocabulary()
    {
        string[] bytes = [.. ByteAlphabet.Order.ToArray().Select(value => ByteAlphabet.Character(value).ToString())];
        return VocabularyJson([.. bytes, .. bytes.Select(text => text + "</w>")]);
    }

    /// <summary>vocab.json of these tokens and the two that start and end a text.</summary>
    public static string VocabularyJson(IEnumerable<string> tokens) =>
        JsonSerializer.Serialize(tokens.Concat(["<|startoftext|>", "<|endoftext|>"]).Index().ToDictionary(token => token.Item, token => token.Index));

    private static Tensor Weight(string name, long[] shape, Random random)
    {
        if (name == "logit_scale")
        {
            return tensor(MathF.Log(20));
        }

        double deviation = shape.Length == 1 ? 0.1 : 1 / Math.Sqrt(shape[^1]);
        Tensor values = RandomTensors.Normal(random, deviation, CPU, shape);
        return name.Contains("ln_", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal) ? values + 1 : values;
    }
}
