using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Clip;

/// <summary>Every layout of a folder gives the model that the plain one gives.</summary>
[TestClass]
public sealed class BackboneFolderTests
{
    private static readonly string[] _texts = ["a photo of a cat.", "x", "<|my thing|> 42"];

    private static readonly Dictionary<string, Func<FolderLayout, string>> _layouts = new()
    {
        ["shards"] = clip => Do(clip, clip.Shard),
        ["open_clip"] = clip => Do(clip, clip.OpenClip),
        ["open_clip beside timm's config.json"] = clip => Do(clip, () =>
        {
            clip.OpenClip();
            clip.WriteText("config.json", """{"architecture":"vit_base_patch16_clip_224","num_classes":512}""");
            clip.WriteText("model.safetensors", "timm's tower alone");
        }),
        ["transformers beside open_clip's files"] = clip => Do(clip, () =>
        {
            clip.WriteText("open_clip_config.json", "{}");
            clip.WriteText("open_clip_model.safetensors", "not read");
        }),
        ["open_clip weights with config.json"] = clip => Do(clip, () => clip.Move("model.safetensors", "open_clip_model.safetensors")),
        ["hub"] = clip => clip.Hub(),
        ["the cache above the hub"] = clip => Do(clip, () => Directory.Move(clip.Hub(), clip.File("hub"))),
        ["snapshots of a model in the hub"] = clip => System.IO.Path.Combine(clip.Hub(), "models--someone--clip", "snapshots"),
        ["model in the hub"] = clip => System.IO.Path.Combine(clip.Hub(), "models--someone--clip"),
        ["tokenizer.json"] = clip => Do(clip, () => clip.FastTokenizer()),
        ["tokenizer.json with pairs"] = clip => Do(clip, () => clip.FastTokenizer(pairs: true)),
        ["tokenizer.json with the ends added"] = clip => Do(clip, () => clip.FastTokenizer(change: tokenizer =>
        {
            JsonObject vocabulary = tokenizer["model"]!["vocab"]!.AsObject();
            vocabulary.Remove("<|startoftext|>");
            vocabulary.Remove("<|endoftext|>");
        })),
        ["another name"] = clip => Do(clip, () => clip.Move("model.safetensors", "clip-vit-b16.safetensors")),
        ["clip."] = clip => Do(clip, () => clip.Prefix("clip.")),
        ["module.clip."] = clip => Do(clip, () => clip.Prefix("module.clip.")),
        ["model. with bare buffers"] = clip => Do(clip, () =>
        {
            clip.Prefix("model.");
            clip.AddOpenAIBuffers();
        }),
        ["openai's buffers, no config.json"] = clip => Do(clip, () =>
        {
            clip.AddOpenAIBuffers();
            clip.Delete("config.json");
        }),
        ["padded rows"] = clip => Do(clip, () => Rows(clip, 30)),
        ["a pickle and an adapter beside"] = clip => Do(clip, () =>
        {
            clip.WriteText("pytorch_model.bin", "not opened");
            clip.WriteText("adapter_model.safetensors", "not opened");
        }),
    };

    public static IEnumerable<object[]> Layouts => _layouts.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Layouts))]
    public void EveryLayoutGivesTheFeaturesOfThePlainFolder(string layout)
    {
        using FolderLayout clip = SixtyFour();
        float[] expected = Features(clip.Plain);
        var backbone = ClipBackbone.FromFolder(_layouts[layout](clip));

        CollectionAssert.AreEqual(expected, Features(backbone), layout);

        // The files that a saved model takes along give the same again.
        var copy = new Dictionary<string, byte[]>();
        foreach (string name in backbone.FileNames)
        {
            using Stream file = backbone.OpenFile(name);
            using var content = new MemoryStream();
            file.CopyTo(content);
            copy.Add(name, content.ToArray());
        }

        var again = ClipBackbone.FromFiles(new MemoryBackboneFiles("the copy", copy));
        CollectionAssert.AreEqual(expected, Features(again), layout);
        CollectionAssert.AreEqual(backbone.FileNames.ToArray(), again.FileNames.ToArray());
        Assert.AreEqual(backbone.Sha256, again.Sha256);
        Assert.AreEqual(backbone.Config, again.Config);
    }

    [TestMethod]
    [DataRow("shards")]
    [DataRow("open_clip beside timm's config.json")]
    [DataRow("hub")]
    [DataRow("tokenizer.json")]
    public void ATrainedModelTakesItsFilesAlong(string layout)
    {
        using FolderLayout clip = SixtyFour();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        List<float[]> expected;
        using (LorealTransformer plain = Fit(ml, data, clip.Plain))
        {
            expected = Tests.Rows.Scores(plain.Transform(data));
        }

        using LorealTransformer trained = Fit(ml, data, ClipBackbone.FromFolder(_layouts[layout](clip)));
        Tests.Rows.AssertIdentical(expected, Tests.Rows.Scores(trained.Transform(data)));
        using var zip = new MemoryStream();
        ml.Model.Save(trained, data.Schema, zip);
        using var loaded = (LorealTransformer)ml.Model.Load(zip, out _);
        Tests.Rows.AssertIdentical(expected, Tests.Rows.Scores(loaded.Transform(data)));
        Assert.AreEqual(trained.Backbone.Sha256, loaded.Backbone.Sha256);
        CollectionAssert.AreEquivalent(trained.Backbone.FileNames.ToArray(), loaded.Backbone.FileNames.ToArray());
    }

    [TestMethod]
    public void WeightsThatDoNotTellTheirActivationAskForIt()
    {
        using FolderLayout clip = SixtyFour();
        clip.Delete("config.json");
        FileNotFoundException error = Assert.ThrowsExactly<FileNotFoundException>(() => ClipBackbone.FromFolder(clip.Path));
        StringAssert.Contains(error.Message, "QuickGELU");
        StringAssert.Contains(error.Message, "ClipBackbone.FromFolder(folder, ClipActivation.QuickGelu)");
        StringAssert.Contains(error.Message, "open_clip_config.json");

        var quick = ClipBackbone.FromFolder(clip.Path, ClipActivation.QuickGelu);
        CollectionAssert.AreEqual(Features(clip.Plain), Features(quick));
        var gelu = ClipBackbone.FromFolder(clip.Path, ClipActivation.Gelu);
        Assert.AreEqual(
            clip.Plain.Config with { VisionActivation = ClipActivation.Gelu, TextActivation = ClipActivation.Gelu }, gelu.Config);
        CollectionAssert.AreNotEqual(Features(quick), Features(gelu));
        CollectionAssert.Contains(gelu.FileNames.ToArray(), "config.json");

        // What was said is saved.
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        using LorealTransformer trained = Fit(ml, data, gelu);
        using var zip = new MemoryStream();
        ml.Model.Save(trained, data.Schema, zip);
        using var loaded = (LorealTransformer)ml.Model.Load(zip, out _);
        Assert.AreEqual(gelu.Config, loaded.Backbone.Config);
        Tests.Rows.AssertIdentical(Tests.Rows.Scores(trained.Transform(data)), Tests.Rows.Scores(loaded.Transform(data)));
    }

    [TestMethod]
    public void AnActivationThatTheFolderContradictsIsRefused()
    {
        using FolderLayout clip = new();
        Assert.AreEqual(clip.Plain.Config, ClipBackbone.FromFolder(clip.Path, ClipActivation.QuickGelu).Config);
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => ClipBackbone.FromFolder(clip.Path, ClipActivation.Gelu));
        StringAssert.Contains(error.Message, "config.json");
        StringAssert.Contains(error.Message, "QuickGelu");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClipBackbone.FromFolder(clip.Path, (ClipActivation)7));
    }

    [TestMethod]
    public void OpenClipsConfigurationHasOpenClipsDefaults()
    {
        using FolderLayout clip = new();
        clip.OpenClip();
        JsonObject config = clip.OpenClipConfig();
        JsonObject model = config["model_cfg"]!.AsObject();
        model.Remove("quick_gelu");
        model["vision_cfg"]!["norm_kwargs"] = new JsonObject { ["eps"] = 1e-6 };
        model["vision_cfg"]!["patch_dropout"] = 0.5;
        model["text_cfg"]!["pool_type"] = "eos";
        model["text_cfg"]!["eos_id"] = TinyClip.VocabularySize - 1;
        model["text_cfg"]!["hf_tokenizer_name"] = "someone/clip";
        config["preprocess_cfg"]!["mean"] = new JsonArray(0.5, 0.25, 0);
        config["preprocess_cfg"]!["std"] = new JsonArray(0.5, 1, 2);
        clip.WriteText("open_clip_config.json", config.ToJsonString());
        clip.WriteText("preprocessor_config.json", "not read");
        var backbone = ClipBackbone.FromFolder(clip.Path);
        Assert.AreEqual(ClipActivation.Gelu, backbone.Config.VisionActivation);
        Assert.AreEqual(ClipActivation.Gelu, backbone.Config.TextActivation);
        Assert.AreEqual(1e-6, backbone.Config.VisionLayerNormEpsilon);
        Assert.AreEqual(1e-5, backbone.Config.TextLayerNormEpsilon);
        float[] values = new float[3];
        backbone.ImageProcessor.Evaluate(new RgbImage(1, 1, [255, 0, 255]), 1, values);
        CollectionAssert.AreEqual(new[] { 1f, -0.25f, 0.5f }, values);
    }

    [TestMethod]
    public void OpenClipsPreprocessingIsUsed()
    {
        using FolderLayout clip = new();
        clip.OpenClip();
        JsonObject config = clip.OpenClipConfig();
        config["preprocess_cfg"] = JsonNode.Parse(
            """{"size":7,"mode":"RGB","mean":null,"interpolation":"bilinear","resize_mode":"longest","fill_color":10}""");
        clip.WriteText("open_clip_config.json", config.ToJsonString());
        var wanted = new ImageProcessor(
            Usual(clip) with { ResizeMode = ResizeMode.Longest, Filter = ResampleFilter.Bilinear, FillColor = (10, 10, 10) });
        Assert.AreEqual(wanted.Identity, ClipBackbone.FromFolder(clip.Path).ImageProcessor.Identity);

        config["preprocess_cfg"] = JsonNode.Parse("""{"interpolation":"random","resize_mode":"squash","fill_color":[1,2,3]}""");
        clip.WriteText("open_clip_config.json", config.ToJsonString());
        wanted = new ImageProcessor(Usual(clip) with { ResizeMode = ResizeMode.Squash, FillColor = (1, 2, 3) });
        Assert.AreEqual(wanted.Identity, ClipBackbone.FromFolder(clip.Path).ImageProcessor.Identity);

        (string Name, string Value)[] damaged = [("fill_color", "300"), ("mean", "[1,2]"), ("std", "[1,0,1]")];
        foreach ((string name, string value) in damaged)
        {
            config["preprocess_cfg"] = new JsonObject { [name] = JsonNode.Parse(value) };
            clip.WriteText("open_clip_config.json", config.ToJsonString());
            RefusedInvalid(clip, $"preprocess_cfg.{name} is {value}");
        }

        static ImageProcessorSettings Usual(FolderLayout clip) =>
            new() { ResizedSide = clip.Plain.Config.ImageResolution, CroppedSide = clip.Plain.Config.ImageResolution };
    }

    [TestMethod]
    public void AFewPublishedShapesAreReadFromOpenClipsConfiguration()
    {
        // ViT-H-14: wide heads, and everything that is left out.
        using var json = System.Text.Json.JsonDocument.Parse(
            """
            {"model_cfg":{"embed_dim":1024,"vision_cfg":{"image_size":[378,378],"layers":32,"width":1280,"head_width":80,"patch_size":14},
            "text_cfg":{"context_length":77,"vocab_size":49408,"width":1024,"heads":16,"layers":24}}}
            """);
        ClipConfig config = OpenClipConfig.Read(json.RootElement, "test");
        Assert.AreEqual(
            new ClipConfig
            {
                ImageResolution = 378,
                PatchSize = 14,
                VisionWidth = 1280,
                VisionHeads = 16,
                VisionLayers = 32,
                TextWidth = 1024,
                TextHeads = 16,
                TextLayers = 24,
                EmbedDimension = 1024,
                ContextLength = 77,
                VocabularySize = 49408,
                VisionActivation = ClipActivation.Gelu,
                TextActivation = ClipActivation.Gelu,
            },
            config);
    }

    [TestMethod]
    public void TheHashOfShardsIsThatOfTheirBytesInOrder()
    {
        using FolderLayout clip = new();
        clip.Shard();
        byte[] all =
        [
            .. File.ReadAllBytes(clip.File("model-00001-of-00002.safetensors")),
            .. File.ReadAllBytes(clip.File("model-00002-of-00002.safetensors")),
        ];
        Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(all)), ClipBackbone.FromFolder(clip.Path).Sha256);
    }

    [TestMethod]
    public void AnAddedTokenIsOneTokenAndTheEndIsKnownByItsName()
    {
        foreach (string file in new[] { "added_tokens.json", "tokenizer_config.json", "tokenizer.json" })
        {
            using FolderLayout clip = SixtyFour();
            Rows(clip, 1);
            const int id = TinyClip.VocabularySize;
            switch (file)
            {
                case "added_tokens.json":
                    clip.WriteText(file, new JsonObject { ["<|endoftext|>"] = id - 1, ["<My_Thing>"] = id }.ToJsonString());
                    break;
                case "tokenizer_config.json":
                    clip.WriteText(
                        file, $$$"""{"added_tokens_decoder":{"{{{id}}}":{"content":"<My_Thing>"}},"model_max_length":77}""");
                    break;
                default:
                    clip.FastTokenizer(
                        change: tokenizer => tokenizer["added_tokens"]!.AsArray().Add((JsonNode)FolderLayout.Added("<My_Thing>", id)));
                    break;
            }

            var backbone = ClipBackbone.FromFolder(clip.Path);
            CollectionAssert.Contains(backbone.FileNames.ToArray(), file);
            Assert.AreEqual(id - 2, backbone.Tokenizer.StartOfText);
            Assert.AreEqual(id - 1, backbone.Tokenizer.EndOfText);
            int[] a = [.. backbone.Tokenizer.Encode("a")];
            int[] dot = [.. backbone.Tokenizer.Encode(".")];
            int[] expected = [.. a, id, .. dot];
            CollectionAssert.AreEqual(expected, backbone.Tokenizer.Encode("a <my_thing>.").ToArray(), file);
            // Class names are read with spaces for underscores.
            CollectionAssert.AreEqual(expected, backbone.Tokenizer.Encode("A <MY THING>.").ToArray(), file);
            CollectionAssert.AreEqual(new[] { id, id }, backbone.Tokenizer.Encode("<my_thing><my_thing>").ToArray(), file);

            // The text is read at its end, not at the token with the largest id.
            using DisposeScope scope = NewDisposeScope();
            using ClipModel model = backbone.CreateModel(CPU);
            Tensor tokens = tensor(backbone.Tokenizer.Tokenize("a <my_thing>.")).unsqueeze(0);
            Tensor ends = tensor(new long[] { a.Length + dot.Length + 2 });
            Tensor whole = model.Text.Forward(model.Text.Embed(tokens).narrow(1, 0, ends[0].ToInt64() + 1), ends);
            Assert.IsTrue(whole.Equals(model.EncodeText(tokens)), file);
        }
    }

    [TestMethod]
    public void AnAddedTokenAtWhichTheModelWouldReadATextIsRefusedInTexts()
    {
        using FolderLayout clip = SixtyFour();
        Rows(clip, 1);
        clip.WriteText("added_tokens.json", new JsonObject { ["<thing>"] = TinyClip.VocabularySize }.ToJsonString());
        JsonObject config = clip.Json("config.json");
        config["text_config"]!["eos_token_id"] = 2;
        clip.WriteText("config.json", config.ToJsonString());
        ClipTokenizer tokenizer = ClipBackbone.FromFolder(clip.Path).Tokenizer;
        Assert.IsNotEmpty(tokenizer.Encode("a thing"));
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Encode("a <thing>"));
        StringAssert.Contains(error.Message, $"set eos_token_id to {TinyClip.VocabularySize - 1}");
    }

    [TestMethod]
    public void AnAddedTokenForSingleWordsIsRefused()
    {
        using FolderLayout clip = SixtyFour();
        Rows(clip, 1);
        const int id = TinyClip.VocabularySize;
        clip.WriteText(
            "tokenizer_config.json", $$$$"""{"added_tokens_decoder":{"{{{{id}}}}":{"content":"<thing>","single_word":true}}}""");
        NotSupportedException error = Assert.ThrowsExactly<NotSupportedException>(() => ClipBackbone.FromFolder(clip.Path));
        StringAssert.Contains(error.Message, "single_word");
    }

    [TestMethod]
    public void AnswersThatOpenAIsOwnWeightsContradictAreRefused()
    {
        using FolderLayout clip = SixtyFour();
        clip.AddOpenAIBuffers();
        clip.Delete("config.json");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => ClipBackbone.FromFolder(clip.Path, ClipActivation.Gelu)).Message, "OpenAI's own");
    }

    [TestMethod]
    [DataRow("model_cfg", "quick_gelu", "\"true\"")]
    [DataRow("model_cfg", "quick_gelu", "1")]
    [DataRow("vision_cfg", "norm_kwargs", "[1e-6]")]
    [DataRow(null, "preprocess_cfg", "\"CLIP's\"")]
    [DataRow("preprocess_cfg", "std", "[1e-40,1,1]")]
    [DataRow("preprocess_cfg", "mean", "[3e38,3e38,3e38]")]
    public void OpenClipsSettingsOfAnotherKindAreRefused(string? part, string name, string value)
    {
        using FolderLayout clip = new();
        clip.OpenClip();
        JsonObject config = clip.OpenClipConfig();
        JsonObject of = part is null ? config
            : part == "vision_cfg" ? config["model_cfg"]![part]!.AsObject()
            : config[part]!.AsObject();
        of[name] = JsonNode.Parse(value);
        clip.WriteText("open_clip_config.json", config.ToJsonString());
        RefusedInvalid(clip, part == "preprocess_cfg" ? "finite" : name);
    }

    [TestMethod]
    public void AnUnfinishedReadmeInTheHubDoesNoHarm()
    {
        using FolderLayout clip = new();
        string hub = clip.Hub();
        string model = System.IO.Path.Combine(hub, "models--someone--clip");
        string snapshot = System.IO.Path.Combine(
            model, "snapshots", File.ReadAllText(System.IO.Path.Combine(model, "refs", "main")).Trim());
        File.CreateSymbolicLink(System.IO.Path.Combine(snapshot, "README.md"), "../../blobs/absent");
        Assert.AreEqual(clip.Plain.Sha256, ClipBackbone.FromFolder(hub).Sha256);
    }

    [TestMethod]
    public void AddedTokensWithoutAFreeRowAreRefused()
    {
        using FolderLayout clip = new();
        clip.WriteText("added_tokens.json", $$"""{"<thing>":{{TinyClip.VocabularySize}}}""");
        RefusedInvalid(clip, $"{TinyClip.VocabularySize + 1} tokens", $"the model has {TinyClip.VocabularySize}");
        clip.WriteText("added_tokens.json", """{"<thing>":5}""");
        RefusedInvalid(clip, "'<thing>' has the id 5", "a free one");
        clip.WriteText("added_tokens.json", """{"<|endoftext|>":5}""");
        RefusedInvalid(clip, "'<|endoftext|>' has the id 5", "elsewhere");
    }

    [TestMethod]
    public void TextsMayBeLongerThanTheUsualContext()
    {
        using FolderLayout clip = new(TinyClip.Config with { ContextLength = 248 });
        string text = string.Join(' ', Enumerable.Repeat("ab", 120));
        long[] tokens = clip.Plain.Tokenizer.Tokenize(text);
        Assert.HasCount(248, tokens);
        Assert.AreEqual(clip.Plain.Tokenizer.EndOfText, tokens[241]);
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = clip.Plain.CreateModel(CPU);
        Assert.IsTrue(model.EncodeText(tensor(tokens).unsqueeze(0)).isfinite().all().item<bool>());
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        using LorealTransformer trained = Fit(ml, data, clip.Plain);
        using LorealTransformer other = trained.WithClasses([string.Join(' ', Enumerable.Repeat("ab", 60)), "cat"]);
        Assert.HasCount(2, Tests.Rows.Scores(other.Transform(data))[0]);
    }

    [TestMethod]
    [DataRow(ScalarType.Float16)]
    [DataRow(ScalarType.BFloat16)]
    public void ShardsInHalfPrecisionAreReadAsSingles(ScalarType type)
    {
        using FolderLayout clip = SixtyFour();
        clip.ChangeWeights(tensors =>
        {
            foreach (string name in tensors.Keys.ToList())
            {
                tensors[name] = tensors[name].to(type);
            }
        });
        float[] whole = Features(ClipBackbone.FromFolder(clip.Path));
        clip.Shard();
        CollectionAssert.AreEqual(whole, Features(ClipBackbone.FromFolder(clip.Path)));
    }

    [TestMethod]
    public void AMergeTableOfMoreRowsThanOpenAIsTokensHasPaddedRows()
    {
        string path = Fixtures.ClipVocabularyFile() ?? string.Empty;
        if (path.Length == 0)
        {
            Assert.Inconclusive("CLIP's merge table is not here; name it in the environment variable LOREAL_CLIP_VOCAB.");
        }

        using FileStream table = File.OpenRead(path);
        var vocabulary = ClipVocabulary.FromOpenAI(table, 49664, path);
        Assert.HasCount(49408, vocabulary.Tokens);
        Assert.AreEqual(49407, vocabulary.EndOfText);
    }

    private static void RefusedInvalid(FolderLayout clip, params string[] expected)
    {
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => ClipBackbone.FromFolder(clip.Path));
        Array.ForEach(expected, part => StringAssert.Contains(error.Message, part));
    }

    /// <summary>A head of 64 channels, as openai's names imply.</summary>
    private static FolderLayout SixtyFour() =>
        new(TinyClip.Config with { VisionWidth = 128, TextWidth = 64, VisionHeads = 2, TextHeads = 1 });

    private static string Do(FolderLayout clip, Action change)
    {
        change();
        return clip.Path;
    }

    /// <summary>Gives the token embedding rows that no token has.</summary>
    private static void Rows(FolderLayout clip, int more)
    {
        clip.ChangeWeights(tensors =>
        {
            Tensor rows = tensors["token_embedding.weight"];
            tensors["token_embedding.weight"] = cat([rows, ones([more, rows.shape[1]], rows.dtype)], dim: 0);
        });
        JsonObject config = clip.Json("config.json");
        config["text_config"]!["vocab_size"] = TinyClip.VocabularySize + more;
        clip.WriteText("config.json", config.ToJsonString());
    }

    private static LorealTransformer Fit(MLContext ml, IDataView data, ClipBackbone backbone)
    {
        LorealTrainer.Options options = Trained.Options();
        options.Backbone = backbone;
        options.Attributes = null;
        options.BaseStage!.Epochs = options.DistillationStage.Epochs = 1;
        return ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
    }

    /// <summary>What the model makes of some texts and a picture.</summary>
    private static float[] Features(ClipBackbone backbone)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = backbone.CreateModel(CPU);
        Tensor tokens = stack([.. _texts.Select(text => tensor(backbone.Tokenizer.Tokenize(text)))]);
        int side = backbone.Config.ImageResolution;
        float[] pixels = new float[3 * side * side];
        byte[] picture = new byte[3 * side * side];
        new Random(1).NextBytes(picture);
        backbone.ImageProcessor.Evaluate(new RgbImage(side, side, picture), side, pixels);
        Tensor image = model.EncodeImage(tensor(pixels, [1, 3, side, side]));
        return [.. model.EncodeText(tokens).data<float>(), .. image.data<float>(), model.LogitScale];
    }
}
