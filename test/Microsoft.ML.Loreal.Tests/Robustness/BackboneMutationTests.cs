using System.IO.Compression;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>Damaged and forged files of a backbone.</summary>
[TestClass]
public sealed class BackboneMutationTests
{
    private const string Preprocessor =
        """
        {"image_mean":[0.48,0.457,0.408],"image_std":[0.268,0.261,0.275],"size":{"shortest_edge":10},"crop_size":8,"resample":2,
        "do_center_crop":true,"do_rescale":true,"rescale_factor":0.004,"image_processor_type":"CLIPImageProcessor"}
        """;

    private static readonly ClipConfig _config = new()
    {
        ImageResolution = 8,
        PatchSize = 4,
        VisionWidth = 8,
        VisionHeads = 2,
        VisionLayers = 1,
        TextWidth = 8,
        TextHeads = 1,
        TextLayers = 1,
        EmbedDimension = 4,
        ContextLength = 12,
        VocabularySize = TinyClip.VocabularySize + 1,
    };

    private static readonly Dictionary<string, byte[]> _files = Files();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [Timeout(120_000)]
    [DataRow("config.json", 3000)]
    [DataRow("vocab.json", 1500)]
    [DataRow("preprocessor_config.json", 2000)]
    public void DamagedSettingsAreReadOrRefused(string name, int mutants)
    {
        string json = Encoding.UTF8.GetString(_files[name]);
        MutationLoop.Run(TestContext, name, mutants, random => Use(With(name, JsonMutation.Of(json, random))), IsDocumented);
    }

    [TestMethod]
    [Timeout(120_000)]
    [DataRow("open_clip_config.json", 3000)]
    [DataRow("tokenizer.json", 1500)]
    [DataRow("added_tokens.json", 1000)]
    [DataRow("tokenizer_config.json", 1000)]
    [DataRow("model.safetensors.index.json", 1500)]
    public void DamagedSettingsOfOtherLayoutsAreReadOrRefused(string name, int mutants)
    {
        Dictionary<string, byte[]> files = Other(name, out string json);
        MutationLoop.Run(
            TestContext,
            name,
            mutants,
            random => Use(new MemoryBackboneFiles(
                "the damaged backbone", new Dictionary<string, byte[]>(files) { [name] = JsonMutation.Of(json, random) })),
            error => IsDocumented(error) || error is FileNotFoundException);
    }

    [TestMethod]
    [Timeout(120_000)]
    public void DamagedMergesAreReadOrRefused() =>
        MutationLoop.Run(
            TestContext, "merges.txt", 500, random => Use(With("merges.txt", Mutation.Of(_files["merges.txt"], random))), IsDocumented);

    [TestMethod]
    [Timeout(120_000)]
    public void DamagedWeightsAreReadOrRefused()
    {
        byte[] weights = _files["model.safetensors"];
        int header = 8 + BitConverter.ToInt32(weights);
        MutationLoop.Run(
            TestContext,
            "model.safetensors",
            3000,
            random => Use(With(
                "model.safetensors",
                // Most of the file is numbers; the header is where a byte can do harm.
                random.Next(3) == 0 ? Mutation.Of(weights, random) : [.. Mutation.Of(weights[..header], random), .. weights[header..]])),
            IsDocumented);
    }

    [TestMethod]
    [Timeout(120_000)]
    public void DamagedMergeTablesAreReadOrRefused()
    {
        byte[] table = Compressed("\"#version\n" + string.Concat(Enumerable.Repeat("a b\n", _config.VocabularySize)));
        MutationLoop.Run(
            TestContext,
            "bpe_simple_vocab_16e6.txt.gz",
            2000,
            random => ClipVocabulary.FromOpenAI(new MemoryStream(Mutation.Of(table, random)), _config.VocabularySize, "the table"),
            error => error is InvalidDataException);
    }

    [TestMethod]
    public void ForgedLayerCountsAreRefusedAtOnce()
    {
        string json = TinyClip.ConfigJson(_config with { VisionLayers = int.MaxValue });
        InvalidDataException error = Refused("config.json", json);
        StringAssert.Contains(error.Message, $"{int.MaxValue} vision and 1 text layers");
    }

    [TestMethod]
    [DataRow("[1e999,0,0]")]
    [DataRow("[1e39,0,0]")]
    [DataRow("[\"1\",0,0]")]
    public void MeansThatAreNoNumbersAreRefused(string mean) =>
        StringAssert.Contains(Refused("preprocessor_config.json", "{\"image_mean\":" + mean + "}").Message, "image_mean");

    [TestMethod]
    public void TextThatIsNotUnicodeIsRefused()
    {
        StringAssert.Contains(
            Refused("config.json", """{"model_type":"\ud800","text_config":{},"vision_config":{}}""").Message, "not Unicode");
        StringAssert.Contains(Refused("vocab.json", """{"\ud800":0,"<|startoftext|>":1,"<|endoftext|>":2}""").Message, "not Unicode");
    }

    [TestMethod]
    public void ATableThatInflatesWithoutEndIsRefused()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 200; i++)
            {
                gzip.Write(zeros);
            }
        }

        long before = GC.GetTotalAllocatedBytes();
        bomb.Position = 0;
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => ClipVocabulary.FromOpenAI(bomb, _config.VocabularySize, "the table"));
        StringAssert.Contains(error.Message, "decompresses to more than 64000000 bytes");
        Assert.IsLessThan(256L << 20, GC.GetTotalAllocatedBytes() - before);
    }

    private static InvalidDataException Refused(string name, string content) =>
        Assert.ThrowsExactly<InvalidDataException>(() => ClipBackbone.FromFiles(With(name, Encoding.UTF8.GetBytes(content))));

    private static bool IsDocumented(Exception error) => error is InvalidDataException or NotSupportedException;

    private static MemoryBackboneFiles With(string name, byte[] content) =>
        new("the damaged backbone", new Dictionary<string, byte[]>(_files) { [name] = content });

    /// <summary>Does with a backbone that was accepted what training would do first.</summary>
    private static void Use(MemoryBackboneFiles files)
    {
        var backbone = ClipBackbone.FromFiles(files);
        float[] pixels = new float[3 * _config.ImageResolution * _config.ImageResolution];
        backbone.ImageProcessor.Evaluate(new RgbImage(1, 1, [255, 0, 128]), _config.ImageResolution, pixels);
        Assert.IsTrue(pixels.All(float.IsFinite));
        try
        {
            Assert.IsNotEmpty(backbone.Tokenizer.Encode("a photo"));
        }
        catch (ArgumentException error) when (error.Message.Contains("cannot be written in the vocabulary", StringComparison.Ordinal))
        {
            // A vocabulary that lost a letter says so.
        }

        using ClipModel model = backbone.CreateModel(CPU);
        using DisposeScope scope = NewDisposeScope();
        Assert.AreEqual(
            backbone.Config.EmbedDimension,
            model.EncodeImage(zeros([1, 3, backbone.Config.ImageResolution, backbone.Config.ImageResolution])).shape[1]);
    }

    private static Dictionary<string, byte[]> Files()
    {
        using DisposeScope scope = NewDisposeScope();
        using var weights = new MemoryStream();
        SafetensorsWriter.Write(weights, TinyClip.Weights(_config, new Random(1)));
        return new Dictionary<string, byte[]>
        {
            ["config.json"] = Encoding.UTF8.GetBytes(TinyClip.ConfigJson(_config)),
            ["vocab.json"] = Encoding.UTF8.GetBytes(TinyClip.VocabularyJson("ph")),
            ["merges.txt"] = "#version: 0.2\np h\nph o\n"u8.ToArray(),
            ["preprocessor_config.json"] = Encoding.UTF8.GetBytes(Preprocessor),
            ["model.safetensors"] = weights.ToArray(),
        };
    }

    /// <summary>The files of a layout that has this one, and what it says.</summary>
    private static Dictionary<string, byte[]> Other(string name, out string json)
    {
        var files = new Dictionary<string, byte[]>(_files);
        switch (name)
        {
            case "open_clip_config.json":
                files.Remove("config.json");
                json = $$$"""
                    {"model_cfg":{"embed_dim":{{{_config.EmbedDimension}}},"quick_gelu":true,
                    "vision_cfg":{"image_size":8,"layers":1,"width":8,"patch_size":4,"head_width":4,"norm_kwargs":{"eps":1e-6}},
                    "text_cfg":{"context_length":12,"vocab_size":{{{_config.VocabularySize}}},"width":8,"heads":1,"layers":1,
                    "pool_type":"argmax"}},
                    "preprocess_cfg":{"mean":[0.48,0.457,0.408],"std":[0.268,0.261,0.275],"interpolation":"bicubic","fill_color":0}}
                    """;
                break;
            case "tokenizer.json":
                files.Remove("vocab.json");
                files.Remove("merges.txt");
                json = $$$"""
                    {"added_tokens":[{"id":{{{TinyClip.VocabularySize}}},"content":"<|endoftext|>"}],
                    "normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]},
                    "pre_tokenizer":{"type":"ByteLevel"},
                    "model":{"type":"BPE","dropout":null,"end_of_word_suffix":"</w>","merges":["p h",["ph","o"]],
                    "vocab":{{{TinyClip.VocabularyJson("ph")}}}}}
                    """;
                break;
            case "added_tokens.json":
                json = $$"""{"<|endoftext|>":{{TinyClip.VocabularySize}},"ph":512}""";
                break;
            case "tokenizer_config.json":
                json = $$$"""{"added_tokens_decoder":{"{{{TinyClip.VocabularySize}}}":{"content":"<|endoftext|>"}},"model_max_length":12}""";
                break;
            default:
                files.Remove("model.safetensors", out byte[]? weights);
                files.Add("a.safetensors", weights!);
                json = "{\"metadata\":{},\"weight_map\":{"
                    + string.Join(',', ClipWeightNames.OpenAI(_config).Select(weight => $"\"{weight.Name}\":\"a.safetensors\"")) + "}}";
                break;
        }

        return files;
    }

    private static byte[] Compressed(string text)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return stream.ToArray();
    }
}
