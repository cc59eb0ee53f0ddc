using Microsoft.ML.Loreal.Tests;
using TorchSharp;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Writes a CLIP folder with seeded random weights and a vocabulary of single bytes, for what needs a whole backbone.</summary>
internal static class BackboneFolder
{
    /// <summary>Attributes of one token each in this vocabulary, as the usual words are in CLIP's.</summary>
    public static IReadOnlyList<string> Attributes { get; } = ["c", "s", "z", "t", "o"];

    public static ClipBackbone Write(string folder, BenchmarkModel size)
    {
        ClipConfig config = size.Config with { VocabularySize = RandomClip.ByteVocabularySize };
        File.WriteAllText(Path.Combine(folder, "config.json"), RandomClip.ConfigJson(config));
        File.WriteAllText(Path.Combine(folder, "vocab.json"), RandomClip.ByteVocabulary());
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
}
