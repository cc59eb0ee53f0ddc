using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Clip;

/// <summary>A small backbone in a folder, laid out in the ways in which people have it.</summary>
internal sealed class FolderLayout : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ClipConfig _config;

    /// <summary>config.json, vocab.json, merges.txt and model.safetensors with openai's names.</summary>
    public FolderLayout(ClipConfig? config = null)
    {
        _config = config ?? TinyClip.Config;
        Plain = TinyClip.Write(Path, config: _config);
    }

    public string Path => _folder["clip"];

    /// <summary>The backbone before anything was changed.</summary>
    public ClipBackbone Plain { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void WriteText(string name, string text) => System.IO.File.WriteAllText(File(name), text);

    public void WriteBytes(string name, byte[] content) => System.IO.File.WriteAllBytes(File(name), content);

    public void Delete(params string[] names) => Array.ForEach(names, name => System.IO.File.Delete(File(name)));

    public void Move(string name, string to) => System.IO.File.Move(File(name), File(to));

    public JsonObject Json(string name) => JsonNode.Parse(System.IO.File.ReadAllText(File(name)))!.AsObject();

    /// <summary>Changes the tensors of model.safetensors.</summary>
    public void ChangeWeights(Action<Dictionary<string, Tensor>> change)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = Tensors();
        change(tensors);
        SafetensorsWriter.Write(File("model.safetensors"), tensors.Select(tensor => (tensor.Key, tensor.Value)));
    }

    public void Prefix(string prefix) => ChangeWeights(tensors =>
    {
        foreach (string name in tensors.Keys.ToList())
        {
            tensors.Remove(name, out Tensor? value);
            tensors[prefix + name] = value!;
        }
    });

    public void AddOpenAIBuffers() => ChangeWeights(tensors =>
    {
        tensors["input_resolution"] = tensor(_config.ImageResolution);
        tensors["context_length"] = tensor(_config.ContextLength);
        tensors["vocab_size"] = tensor(_config.VocabularySize);
    });

    /// <summary>Two shards and their index, instead of model.safetensors.</summary>
    public void Shard()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = Tensors();
        var map = new JsonObject();
        foreach ((int index, KeyValuePair<string, Tensor>[] part) in tensors.Chunk((tensors.Count + 1) / 2).Index())
        {
            string name = $"model-0000{index + 1}-of-00002.safetensors";
            SafetensorsWriter.Write(File(name), part.Select(tensor => (tensor.Key, tensor.Value)));
            foreach (KeyValuePair<string, Tensor> tensor in part)
            {
                map[tensor.Key] = name;
            }
        }

        WriteText("model.safetensors.index.json", new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
        Delete("model.safetensors");
    }

    /// <summary>open_clip_config.json, of a model with QuickGELU, and open_clip_model.safetensors.</summary>
    public void OpenClip()
    {
        Move("model.safetensors", "open_clip_model.safetensors");
        Delete("config.json");
        WriteText("open_clip_config.json", OpenClipConfig().ToJsonString());
    }

    public JsonObject OpenClipConfig() => new()
    {
        ["model_cfg"] = new JsonObject
        {
            ["embed_dim"] = _config.EmbedDimension,
            ["quick_gelu"] = true,
            ["vision_cfg"] = new JsonObject
            {
                ["image_size"] = _config.ImageResolution,
                ["layers"] = _config.VisionLayers,
                ["width"] = _config.VisionWidth,
                ["patch_size"] = _config.PatchSize,
                ["head_width"] = _config.VisionWidth / _config.VisionHeads,
            },
            ["text_cfg"] = new JsonObject
            {
                ["context_length"] = _config.ContextLength,
                ["vocab_size"] = _config.VocabularySize,
                ["width"] = _config.TextWidth,
                ["heads"] = _config.TextHeads,
                ["layers"] = _config.TextLayers,
            },
        },
        ["preprocess_cfg"] = new JsonObject
        {
            ["mean"] = new JsonArray(0.48145466, 0.4578275, 0.40821073),
            ["std"] = new JsonArray(0.26862954, 0.26130258, 0.27577711),
            ["interpolation"] = "bicubic",
            ["resize_mode"] = "shortest",
        },
    };

    /// <summary>tokenizer.json instead of vocab.json and merges.txt, with merges as texts or as pairs.</summary>
    public void FastTokenizer(bool pairs = false, Action<JsonObject>? change = null)
    {
        JsonObject vocabulary = Json("vocab.json");
        string[] merges = [.. System.IO.File.ReadAllLines(File("merges.txt")).Skip(1)];
        var tokenizer = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(
                Added("<|startoftext|>", (int)vocabulary["<|startoftext|>"]!), Added("<|endoftext|>", (int)vocabulary["<|endoftext|>"]!)),
            ["normalizer"] = Steps("normalizers", "NFC", "Replace", "Lowercase"),
            ["pre_tokenizer"] = Steps("pretokenizers", "Split", "ByteLevel"),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = "<|endoftext|>",
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "</w>",
                ["fuse_unk"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(merge => pairs ? Pair(merge) : merge)]),
            },
        };
        change?.Invoke(tokenizer);
        WriteText("tokenizer.json", tokenizer.ToJsonString());
        Delete("vocab.json", "merges.txt");
    }

    public static JsonObject Added(string content, int id) => new() { ["id"] = id, ["content"] = content, ["special"] = false };

    /// <summary>Moves the folder to where the hub's cache would keep it, with links to the blobs; gives the cache's folder.</summary>
    public string Hub()
    {
        string cache = _folder["hub"];
        string model = System.IO.Path.Combine(cache, "models--someone--clip");
        foreach (string name in new[] { "blobs", "refs", "snapshots/abc123", "snapshots/def456" })
        {
            Directory.CreateDirectory(System.IO.Path.Combine(model, name));
        }

        System.IO.File.WriteAllText(System.IO.Path.Combine(model, "refs", "main"), "abc123");
        foreach (string file in Directory.GetFiles(Path))
        {
            string name = System.IO.Path.GetFileName(file);
            System.IO.File.Move(file, System.IO.Path.Combine(model, "blobs", name + ".blob"));
            System.IO.File.CreateSymbolicLink(System.IO.Path.Combine(model, "snapshots", "abc123", name), $"../../blobs/{name}.blob");
        }

        return cache;
    }

    public void Dispose() => _folder.Dispose();

    private static JsonNode Pair(string merge) => new JsonArray([.. merge.Split(' ').Select(part => (JsonNode)part)]);

    private static JsonObject Steps(string list, params string[] types) => new()
    {
        ["type"] = "Sequence",
        [list] = new JsonArray([.. types.Select(type => (JsonNode)new JsonObject { ["type"] = type })]),
    };

    private Dictionary<string, Tensor> Tensors()
    {
        using var file = SafetensorsFile.Read(File("model.safetensors"));
        return file.Tensors.Keys.ToDictionary(name => name, name => file.ReadTensor(name));
    }
}
