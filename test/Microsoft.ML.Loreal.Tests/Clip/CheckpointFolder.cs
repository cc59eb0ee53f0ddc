using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Clip;

/// <summary>The state dict of a small CLIP model and a temporary folder to write it to, in any of the published forms.</summary>
internal sealed class CheckpointFolder : IDisposable
{
    public const int Grid = 3;

    private static readonly string[] _letters = [.. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString())];

    private readonly TemporaryFolder _folder = new();

    public CheckpointFolder()
        : this(
            new ClipConfig
            {
                ImageResolution = 4 * Grid,
                PatchSize = 4,
                VisionWidth = 128,
                VisionHeads = 2,
                VisionLayers = 2,
                TextWidth = 64,
                TextHeads = 1,
                TextLayers = 1,
                EmbedDimension = 32,
                ContextLength = 12,
                VocabularySize = (2 * 26) + 2,
            },
            [])
    {
        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, Tensor value) in TinyClip.Weights(Config, new Random(1)))
        {
            State[name] = value.DetachFromDisposeScope();
        }
    }

    public CheckpointFolder(ClipConfig config, Dictionary<string, Tensor> state)
    {
        Config = config;
        State = state;
    }

    public ClipConfig Config { get; }

    /// <summary>The tensors by openai's names.</summary>
    public Dictionary<string, Tensor> State { get; }

    public string Folder => _folder.Path;

    public string File(string name) => _folder[name];

    public void WriteText(string name, string text) => System.IO.File.WriteAllText(File(name), text);

    public void WriteComplete()
    {
        WriteConfig();
        WriteVocabulary();
        WriteOpenAIWeights();
    }

    public void WriteConfig() => WriteText("config.json", TinyClip.ConfigJson(Config));

    public void WriteVocabulary(string? extra = null)
    {
        WriteText(
            "vocab.json",
            TinyClip.TokensJson([.. _letters, .. _letters.Select(letter => letter + "</w>"), .. extra is null ? [] : new[] { extra }]));
        WriteText("merges.txt", "#version: 0.2\n");
    }

    /// <summary>As openai's own archives hold them, with the buffers that tell them from others'.</summary>
    public void WriteOpenAIWeights(Func<Tensor, Tensor>? convert = null)
    {
        using DisposeScope scope = NewDisposeScope();
        (string, Tensor)[] buffers =
        [
            ("input_resolution", tensor(Config.ImageResolution)),
            ("context_length", tensor(Config.ContextLength)),
            ("vocab_size", tensor(Config.VocabularySize)),
        ];
        SafetensorsWriter.Write(
            File("model.safetensors"),
            [.. State.Select(pair => (pair.Key, convert is null ? pair.Value : convert(pair.Value))), .. buffers]);
    }

    /// <summary>Renames and splits as Hugging Face's converter does.</summary>
    public void WriteHuggingFaceWeights(Action<Dictionary<string, Tensor>>? change = null)
    {
        using DisposeScope scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, Tensor value) in State)
        {
            foreach ((string huggingFace, Tensor part) in Rename(name, value))
            {
                tensors.Add(huggingFace, part);
            }
        }

        change?.Invoke(tensors);
        SafetensorsWriter.Write(
            File("model.safetensors"),
            tensors.Select(pair => (pair.Key, pair.Value)),
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    public void Dispose()
    {
        foreach (Tensor tensor in State.Values)
        {
            tensor.Dispose();
        }

        _folder.Dispose();
    }

    private static IEnumerable<(string Name, Tensor Value)> Rename(string name, Tensor value)
    {
        bool isVision = name.StartsWith("visual.", StringComparison.Ordinal);
        string model = isVision ? "vision_model." : "text_model.";
        string rest = isVision ? name["visual.".Length..] : name;
        string[] parts = rest.Split('.');
        switch (rest)
        {
            case "class_embedding":
                return [(model + "embeddings.class_embedding", value)];
            case "positional_embedding":
                return [(model + "embeddings.position_embedding.weight", value)];
            case "conv1.weight":
                return [(model + "embeddings.patch_embedding.weight", value)];
            case "token_embedding.weight":
                return [(model + "embeddings.token_embedding.weight", value)];
            case "proj":
                return [("visual_projection.weight", value.transpose(0, 1))];
            case "text_projection":
                return [("text_projection.weight", value.transpose(0, 1))];
            case "logit_scale":
                return [("logit_scale", value)];
        }

        string last = parts[^1];
        switch (parts[0])
        {
            case "ln_pre":
                return [(model + "pre_layrnorm." + last, value)];
            case "ln_post":
                return [(model + "post_layernorm." + last, value)];
            case "ln_final":
                return [(model + "final_layer_norm." + last, value)];
        }

        string layer = $"{model}encoder.layers.{parts[2]}.";
        if (last.StartsWith("in_proj_", StringComparison.Ordinal))
        {
            Tensor[] thirds = value.chunk(3);
            string kind = last["in_proj_".Length..];
            return [.. new[] { "q_proj", "k_proj", "v_proj" }.Zip(thirds, (part, third) => ($"{layer}self_attn.{part}.{kind}", third))];
        }

        string module = string.Join('.', parts[3..^1]) switch
        {
            "ln_1" => "layer_norm1",
            "ln_2" => "layer_norm2",
            "attn.out_proj" => "self_attn.out_proj",
            "mlp.c_fc" => "mlp.fc1",
            "mlp.c_proj" => "mlp.fc2",
            var other => throw new InvalidOperationException($"'{other}' has no name at Hugging Face."),
        };
        return [($"{layer}{module}.{last}", value)];
    }
}
