using TorchSharp;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>A CLIP folder with small random weights: 32 px in patches of 8, one token a byte.</summary>
internal static class TinyBackbone
{
    public const int Patch = 8;

    private static readonly ClipConfig _config = new()
    {
        ImageResolution = 32,
        PatchSize = Patch,
        VisionWidth = 64,
        VisionHeads = 1,
        VisionLayers = 2,
        TextWidth = 64,
        TextHeads = 1,
        TextLayers = 2,
        EmbedDimension = 32,
        ContextLength = 77,
        VocabularySize = RandomClip.ByteVocabularySize,
    };

    public static ClipBackbone Create(string folder, int seed = 1)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), RandomClip.ConfigJson(_config));
        File.WriteAllText(Path.Combine(folder, "vocab.json"), RandomClip.ByteVocabulary());
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
        using DisposeScope scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), RandomClip.Weights(_config, new Random(seed)));
        return ClipBackbone.FromFolder(folder);
    }
}
