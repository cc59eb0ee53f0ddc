using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TestKit;

/// <summary>
/// CLIP models with random weights, alone, in memory and in a folder. <see cref="Config"/> makes them so small that everything takes
/// milliseconds.
/// </summary>
internal static class TinyClip
{
    /// <summary>The patch of <see cref="Config"/>, in pixels.</summary>
    public const int Patch = 8;

    /// <summary>The tokens of <see cref="VocabularyJson"/>: each byte inside and at the end of a word, start and end.</summary>
    public const int VocabularySize = (2 * 256) + 2;

    /// <summary>4 x 4 patches, two blocks a tower; no two widths are the same.</summary>
    public static ClipConfig Config { get; } = new()
    {
        ImageResolution = 4 * Patch,
        PatchSize = Patch,
        VisionWidth = 32,
        VisionHeads = 2,
        VisionLayers = 2,
        TextWidth = 16,
        TextHeads = 2,
        TextLayers = 2,
        EmbedDimension = 24,
        ContextLength = 77,
        VocabularySize = VocabularySize,
    };

    /// <summary>A model without tokenizer and files.</summary>
    public static ClipModel CreateModel(ClipConfig? config = null)
    {
        config ??= Config;
        using DisposeScope scope = NewDisposeScope();
        var weights = Weights(config, new Random(1)).ToDictionary(weight => weight.Name, weight => weight.Value);
        return new ClipModel(config, CPU, name => weights[name].clone().DetachFromDisposeScope());
    }

    /// <summary>A whole backbone in memory.</summary>
    public static ClipBackbone Create(int seed = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        using var tensors = new MemoryStream();
        SafetensorsWriter.Write(tensors, Weights(Config, new Random(seed)));
        Dictionary<string, byte[]> files = TextFiles(Config).ToDictionary(file => file.Name, file => Encoding.UTF8.GetBytes(file.Text));
        files.Add("model.safetensors", tensors.ToArray());
        return ClipBackbone.FromFiles(new MemoryBackboneFiles("the test backbone", files));
    }

    /// <summary>A whole backbone in a folder.</summary>
    public static ClipBackbone Write(string folder, int seed = 1, ClipConfig? config = null) =>
        Write(folder, config ?? Config, Weights(config ?? Config, new Random(seed)));

    /// <summary>A whole backbone of these weights, by openai's names, in a folder.</summary>
    public static ClipBackbone Write(string folder, ClipConfig config, IEnumerable<(string Name, Tensor Value)> weights)
    {
        using DisposeScope scope = NewDisposeScope();
        Directory.CreateDirectory(folder);
        foreach ((string name, string text) in TextFiles(config))
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }

        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), weights);
        return ClipBackbone.FromFolder(folder);
    }

    /// <summary>The tensors by openai's names, of sizes at which features neither vanish nor explode.</summary>
    public static IEnumerable<(string Name, Tensor Value)> Weights(ClipConfig config, Random random) =>
        ClipWeightNames.OpenAI(config).Select(weight => (weight.Name, Weight(weight.Name, weight.Shape, random)));

    /// <summary>config.json.</summary>
    public static string ConfigJson(ClipConfig config) => Encoding.UTF8.GetString(ClipConfigWriter.Write(config));

    /// <summary>
    /// vocab.json of CLIP's layout: the bytes, the same at the end of a word, what merges make of them, start and end of a text.
    /// </summary>
    public static string VocabularyJson(params string[] merged)
    {
        string[] bytes = [.. ByteAlphabet.Order.ToArray().Select(value => ByteAlphabet.Character(value).ToString())];
        return TokensJson([.. bytes, .. bytes.Select(text => text + ClipVocabulary.WordEnd), .. merged]);
    }

    /// <summary>vocab.json of these tokens and the two that start and end a text.</summary>
    public static string TokensJson(IEnumerable<string> tokens)
    {
        string[] all = [.. tokens, ClipVocabulary.StartOfTextToken, ClipVocabulary.EndOfTextToken];
        return JsonSerializer.Serialize(all.Index().ToDictionary(token => token.Item, token => token.Index));
    }

    private static (string Name, string Text)[] TextFiles(ClipConfig config) =>
        [("config.json", ConfigJson(config)), ("vocab.json", VocabularyJson()), ("merges.txt", "#version: 0.2\n")];

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
