using TorchSharp;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// A CLIP folder with small random weights, in <see cref="RandomClip.Small"/> sizes if no others are given: 32 px in patches of 8, one
/// token a byte.
/// </summary>
internal static class TinyBackbone
{
    public const int Patch = RandomClip.SmallPatch;

    public static ClipBackbone Create(string folder, int seed = 1, ClipConfig? config = null)
    {
        config ??= RandomClip.Small;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), RandomClip.ConfigJson(config));
        File.WriteAllText(Path.Combine(folder, "vocab.json"), RandomClip.ByteVocabulary());
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
        using DisposeScope scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), RandomClip.Weights(config, new Random(seed)));
        return ClipBackbone.FromFolder(folder);
    }
}
