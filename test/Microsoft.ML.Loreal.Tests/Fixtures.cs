using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// The reference numbers: the project's copy, or the folder that the environment variable LOREAL_FIXTURES names. A part that is missing
/// makes its tests inconclusive.
/// </summary>
internal static class Fixtures
{
    public const string Category = "Fixtures";

    /// <summary>The stated tolerance of forward values and losses, relative to the tensor's largest value.</summary>
    public const double ForwardTolerance = 1e-4;

    private const string Vocabulary = "bpe_simple_vocab_16e6.txt.gz";

    public static string Root { get; } = Environment.GetEnvironmentVariable("LOREAL_FIXTURES") is { Length: > 0 } folder
        ? folder
        : FindUpwards(Path.Combine("test", "Microsoft.ML.Loreal.Tests", "Fixtures")) ?? Path.Combine(AppContext.BaseDirectory, "Fixtures");

    /// <summary>The path of a file of the set.</summary>
    public static string File(string name)
    {
        string path = Path.Combine(Root, name.Replace('/', Path.DirectorySeparatorChar));
        if (!System.IO.File.Exists(path))
        {
            Assert.Inconclusive($"The reference numbers '{name}' are not in '{Root}'.");
        }

        return path;
    }

    public static bool Has(string name) => System.IO.File.Exists(Path.Combine(Root, name.Replace('/', Path.DirectorySeparatorChar)));

    public static JsonElement Json(string name)
    {
        using FileStream stream = System.IO.File.OpenRead(File(name));
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    /// <summary>The tensors of a file by name, in single precision. They belong to the current dispose scope.</summary>
    public static Dictionary<string, Tensor> Tensors(string name)
    {
        using var file = SafetensorsFile.Read(File(name));
        return file.Tensors.Keys.ToDictionary(key => key, key => file.ReadTensor(key, ScalarType.Float32), StringComparer.Ordinal);
    }

    /// <summary>A JSON array of numbers.</summary>
    public static long[] Longs(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt64())];

    /// <summary>
    /// CLIP's merge table, which the project does not carry: the file that the environment variable LOREAL_CLIP_VOCAB names, or the file in
    /// the folder that it names.
    /// </summary>
    public static string? ClipVocabularyFile()
    {
        string? given = Environment.GetEnvironmentVariable("LOREAL_CLIP_VOCAB");
        return given is null ? null : new[] { given, Path.Combine(given, Vocabulary) }.FirstOrDefault(System.IO.File.Exists);
    }

    /// <summary>The models of clip-tiny for which there are weights and a configuration: "a", "b", ...</summary>
    public static IEnumerable<string> Models()
    {
        string folder = Path.Combine(Root, "clip-tiny");
        return !Directory.Exists(folder) ? [] : Directory.EnumerateFiles(folder, "model_*.json")
            .Select(path => Path.GetFileNameWithoutExtension(path)["model_".Length..])
            .Where(model => Has($"clip-tiny/model_{model}.safetensors"))
            .Order(StringComparer.Ordinal);
    }

    public static ClipConfig Config(string model)
    {
        JsonElement config = Json($"clip-tiny/model_{model}.json").GetProperty("config");
        int Size(string name) => config.GetProperty(name).GetInt32();
        return new ClipConfig
        {
            ImageResolution = Size("image_resolution"),
            PatchSize = Size("vision_patch_size"),
            VisionWidth = Size("vision_width"),
            VisionHeads = Size("vision_heads"),
            VisionLayers = Size("vision_layers"),
            TextWidth = Size("transformer_width"),
            TextHeads = Size("transformer_heads"),
            TextLayers = Size("transformer_layers"),
            EmbedDimension = Size("embed_dim"),
            ContextLength = Size("context_length"),
            VocabularySize = Size("vocab_size"),
        };
    }

    /// <summary>
    /// A model's state dict with openai's names: the stored token rows in their places of the full table, zeros elsewhere.
    /// </summary>
    public static Dictionary<string, Tensor> StateDict(string model)
    {
        Dictionary<string, Tensor> tensors = Tensors($"clip-tiny/model_{model}.safetensors");
        if (tensors.Remove("token_embedding.rows", out Tensor? rows))
        {
            long[] ids = Longs(Json($"clip-tiny/model_{model}.json").GetProperty("token_embedding_ids"));
            Tensor table = zeros([Config(model).VocabularySize, rows.shape[1]]);
            table.index_copy_(0, tensor(ids), rows);
            tensors["token_embedding.weight"] = table;
        }

        return tensors;
    }

    public static ClipModel Model(string model, ClipConfig? config = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> state = StateDict(model);
        return new ClipModel(config ?? Config(model), CPU, name => state[name].clone());
    }

    /// <summary>Compares as the set's README says: the largest difference over the largest expected value.</summary>
    public static void AssertClose(Tensor expected, Tensor actual, string what, double tolerance = ForwardTolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        CollectionAssert.AreEqual(expected.shape, actual.shape, $"{what}: shape");
        double largest = expected.abs().max().ToSingle();
        double difference = (expected - actual.to(ScalarType.Float32)).abs().max().ToSingle();
        Assert.IsTrue(
            difference <= tolerance * largest,
            $"{what}: the largest difference is {difference:g4}, the largest value {largest:g4}; the tolerance is {tolerance:g4} of it.");
    }

    private static string? FindUpwards(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, relative);
            if (System.IO.File.Exists(candidate) || Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
