using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>
/// A CLIP model with random weights, small enough to train prompts for in a test: 32 pixels in patches of 8, one token a byte.
/// </summary>
internal static class TinyClip
{
    /// <summary>A model without tokenizer and files.</summary>
    public static ClipModel Create(int textLayers = 2, int textHeads = 2, int visionLayers = 2)
    {
        ClipConfig config = Config(textLayers, textHeads, visionLayers);
        using DisposeScope scope = NewDisposeScope();
        var weights = RandomClip.Weights(config, new Random(1)).ToDictionary(weight => weight.Name, weight => weight.Value);
        return new ClipModel(config, CPU, name => weights[name].clone().DetachFromDisposeScope());
    }

    /// <summary>A whole backbone in memory.</summary>
    public static ClipBackbone Backbone(int seed = 1)
    {
        ClipConfig config = Config(2, 2, 2);
        using DisposeScope scope = NewDisposeScope();
        using var weights = new MemoryStream();
        SafetensorsWriter.Write(weights, RandomClip.Weights(config, new Random(seed)));
        return ClipBackbone.FromFiles(new MemoryBackboneFiles("the test backbone", new Dictionary<string, byte[]>
        {
            ["config.json"] = Encoding.UTF8.GetBytes(RandomClip.ConfigJson(config)),
            ["model.safetensors"] = weights.ToArray(),
            ["vocab.json"] = Encoding.UTF8.GetBytes(RandomClip.ByteVocabulary()),
            ["merges.txt"] = Encoding.UTF8.GetBytes("#version: 0.2\n"),
        }));
    }

    private static ClipConfig Config(int textLayers, int textHeads, int visionLayers) => new()
    {
        ImageResolution = 32,
        PatchSize = 8,
        VisionWidth = 32,
        VisionHeads = 2,
        VisionLayers = visionLayers,
        TextWidth = 16,
        TextHeads = textHeads,
        TextLayers = textLayers,
        EmbedDimension = 24,
        ContextLength = 77,
        VocabularySize = RandomClip.ByteVocabularySize,
    };
}
