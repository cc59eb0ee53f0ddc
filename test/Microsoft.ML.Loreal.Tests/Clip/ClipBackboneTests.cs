using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Clip;

[TestClass]
public sealed class ClipBackboneTests
{
    [TestMethod]
    public void AFolderWithOpenAINamesNeedsNoConfiguration()
    {
        using CheckpointFolder clip = new();
        clip.WriteOpenAIWeights();
        clip.WriteVocabulary();
        var backbone = ClipBackbone.FromFolder(clip.Folder);
        Assert.AreEqual(clip.Config, backbone.Config);
        Assert.AreEqual(CheckpointFolder.Grid, backbone.Config.Grid);
        CollectionAssert.AreEqual(new[] { "vocab.json", "merges.txt", "model.safetensors" }, backbone.FileNames.ToArray());
    }

    [TestMethod]
    public void HuggingFaceNamesAndOpenAINamesGiveTheSameModel()
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFolder openAI = new();
        openAI.WriteOpenAIWeights();
        openAI.WriteVocabulary();
        using CheckpointFolder huggingFace = new();
        huggingFace.WriteHuggingFaceWeights();
        huggingFace.WriteConfig();
        huggingFace.WriteVocabulary();
        var first = ClipBackbone.FromFolder(openAI.Folder);
        var second = ClipBackbone.FromFolder(huggingFace.Folder);
        Assert.AreEqual(first.Config, second.Config);
        AssertSame(first, second);
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    public void TheReferenceModelsLoadUnderBothNames()
    {
        string vocabulary = Fixtures.ClipVocabularyFile() ?? Skip();
        string[] models = [.. Fixtures.Models()];
        if (models.Length == 0)
        {
            Assert.Inconclusive("There are no models in the set.");
        }

        foreach (string model in models)
        {
            using DisposeScope scope = NewDisposeScope();
            using var openAI = new CheckpointFolder(Fixtures.Config(model), Fixtures.StateDict(model));
            openAI.WriteOpenAIWeights();
            File.Copy(vocabulary, Path.Combine(openAI.Folder, "bpe_simple_vocab_16e6.txt.gz"));
            using var huggingFace = new CheckpointFolder(Fixtures.Config(model), Fixtures.StateDict(model));
            huggingFace.WriteHuggingFaceWeights();
            huggingFace.WriteConfig();
            File.Copy(vocabulary, Path.Combine(huggingFace.Folder, "bpe_simple_vocab_16e6.txt.gz"));
            var first = ClipBackbone.FromFolder(openAI.Folder);
            Assert.AreEqual(Fixtures.Config(model), first.Config, model);
            AssertSame(first, ClipBackbone.FromFolder(huggingFace.Folder));
        }
    }

    [TestMethod]
    public void HalfPrecisionWeightsAreReadAsSingles()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (ScalarType type in new[] { ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64 })
        {
            using CheckpointFolder clip = new();
            clip.WriteOpenAIWeights(weight => weight.to(type));
            clip.WriteVocabulary();
            using ClipModel model = ClipBackbone.FromFolder(clip.Folder).CreateModel(CPU);
            Assert.IsTrue(model.parameters().All(parameter => parameter.dtype == ScalarType.Float32));
            Tensor expected = clip.State["visual.proj"].to(type).to(ScalarType.Float32);
            Assert.IsTrue(expected.Equals(model.Visual.Projection), $"{type}");
        }
    }

    [TestMethod]
    public void TheHashIsThatOfTheWeightsAndFilesCanBeOpened()
    {
        using CheckpointFolder clip = new();
        clip.WriteComplete();
        var backbone = ClipBackbone.FromFolder(clip.Folder);
        Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(clip.File("model.safetensors")))), backbone.Sha256);
        var copies = new Dictionary<string, byte[]>();
        foreach (string name in backbone.FileNames)
        {
            using Stream file = backbone.OpenFile(name);
            using var copy = new MemoryStream();
            file.CopyTo(copy);
            copies.Add(name, copy.ToArray());
        }

        var again = ClipBackbone.FromFiles(new MemoryBackboneFiles("the copy", copies));
        Assert.AreEqual(backbone.Config, again.Config);
        Assert.AreEqual(backbone.Sha256, again.Sha256);
        CollectionAssert.AreEqual(backbone.FileNames.ToArray(), again.FileNames.ToArray());
        AssertSame(backbone, again);
    }

    [TestMethod]
    public void ThePreprocessorsMeanAndDeviationAreUsed()
    {
        using CheckpointFolder clip = new();
        clip.WriteComplete();
        clip.WriteText("preprocessor_config.json", """{"image_mean":[0.5,0.25,0],"image_std":[0.5,1,2]}""");
        float[] values = new float[3];
        ClipBackbone.FromFolder(clip.Folder).ImageProcessor.Evaluate(new RgbImage(1, 1, [255, 0, 255]), 1, values);
        CollectionAssert.AreEqual(new[] { 1f, -0.25f, 0.5f }, values);
        clip.WriteText("preprocessor_config.json", """{"image_mean":[0.5,0.25]}""");
        Refused<InvalidDataException>(clip, "image_mean", "three numbers");
        clip.WriteText("preprocessor_config.json", """{"image_std":[0.5,0,1]}""");
        Refused<InvalidDataException>(clip, "image_std", "positive");
    }

    [TestMethod]
    public void AMissingFolderIsAnError()
    {
        using var folder = new TemporaryFolder();
        DirectoryNotFoundException error = Assert.ThrowsExactly<DirectoryNotFoundException>(
            () => ClipBackbone.FromFolder(folder["nowhere"]));
        StringAssert.Contains(error.Message, "nowhere");
        Assert.ThrowsExactly<ArgumentException>(() => ClipBackbone.FromFolder(string.Empty));
        Assert.ThrowsExactly<ArgumentNullException>(() => ClipBackbone.FromFolder(null!));
    }

    [TestMethod]
    public void AnEmptyFolderListsAllThatIsMissing()
    {
        using CheckpointFolder clip = new();
        Refused<FileNotFoundException>(clip, "config.json", "model.safetensors", "vocab.json", "merges.txt", clip.Folder);
    }

    [TestMethod]
    public void MissingWeightsAreAnError()
    {
        using CheckpointFolder clip = new();
        clip.WriteConfig();
        clip.WriteVocabulary();
        Refused<FileNotFoundException>(clip, "missing: model.safetensors.");
    }

    [TestMethod]
    public void AMissingTokenizerIsAnError()
    {
        using CheckpointFolder clip = new();
        clip.WriteConfig();
        clip.WriteOpenAIWeights();
        Refused<FileNotFoundException>(clip, "vocab.json and merges.txt", "bpe_simple_vocab_16e6.txt.gz");
        clip.WriteVocabulary();
        File.Delete(clip.File("merges.txt"));
        Refused<FileNotFoundException>(clip, "missing: merges.txt (or");
    }

    [TestMethod]
    public void AMissingConfigurationIsAnErrorWithHuggingFaceNames()
    {
        using CheckpointFolder clip = new();
        clip.WriteHuggingFaceWeights();
        clip.WriteVocabulary();
        Refused<FileNotFoundException>(clip, "config.json");
    }

    [TestMethod]
    public void PicklesAreNeverRead()
    {
        foreach (string name in new[] { "pytorch_model.bin", "ViT-B-16.pt" })
        {
            using CheckpointFolder clip = new();
            clip.WriteConfig();
            clip.WriteVocabulary();
            clip.WriteText(name, "not opened");
            Refused<NotSupportedException>(clip, name, "safetensors");
            NotSupportedException error = Assert.ThrowsExactly<NotSupportedException>(() => ClipBackbone.FromFolder(clip.File(name)));
            StringAssert.Contains(error.Message, "safetensors");
        }
    }

    [TestMethod]
    public void APickleBesideTheWeightsIsIgnored()
    {
        using CheckpointFolder clip = new();
        clip.WriteComplete();
        clip.WriteText("pytorch_model.bin", "not opened");
        Assert.AreEqual(clip.Config, ClipBackbone.FromFolder(clip.Folder).Config);
    }

    [TestMethod]
    public void MissingExtraAndMisshapenTensorsAreListedTogether()
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFolder clip = new();
        clip.WriteComplete();
        clip.State.Remove("ln_final.bias");
        clip.State["visual.transformer.resblocks.0.bonus"] = ones(1);
        clip.State["visual.proj"] = ones(3, 3);
        clip.State["visual.ln_post.bias"] = clip.State["visual.ln_post.bias"].to(ScalarType.Int64);
        clip.WriteOpenAIWeights();
        Refused<InvalidDataException>(
            clip,
            "missing: ln_final.bias [64]",
            "extra: visual.transformer.resblocks.0.bonus",
            "wrong shape: visual.proj [3, 3], expected [128, 32]",
            "wrong type: visual.ln_post.bias I64");
    }

    [TestMethod]
    public void HuggingFacesOwnNamesAreListed()
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFolder clip = new();
        clip.WriteComplete();
        clip.WriteHuggingFaceWeights(names => names.Remove("text_model.encoder.layers.0.self_attn.k_proj.weight"));
        Refused<InvalidDataException>(clip, "missing: text_model.encoder.layers.0.self_attn.k_proj.weight [64, 64]");
    }

    [TestMethod]
    public void BuffersOfPublishedCheckpointsAreIgnored()
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFolder clip = new();
        clip.WriteComplete();
        clip.WriteHuggingFaceWeights(tensors =>
        {
            tensors["text_model.embeddings.position_ids"] = arange(clip.Config.ContextLength).unsqueeze(0);
            tensors["vision_model.embeddings.position_ids"] = arange((clip.Config.Grid * clip.Config.Grid) + 1).unsqueeze(0);
        });
        Assert.AreEqual(clip.Config, ClipBackbone.FromFolder(clip.Folder).Config);
    }

    [TestMethod]
    public void AnotherVocabularySizeIsRefused()
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFolder clip = new();
        clip.WriteComplete();
        clip.WriteVocabulary(extra: "surplus</w>");
        Refused<InvalidDataException>(clip, $"{clip.Config.VocabularySize + 1} tokens", $"the model has {clip.Config.VocabularySize}");
    }

    [TestMethod]
    public void DamagedConfigurationsAreRefused()
    {
        (string Json, string Expected)[] cases =
        [
            ("{", "not valid JSON"),
            ("[]", "text_config and vision_config"),
            ("""{"text_config":{}}""", "text_config and vision_config"),
            ("""{"text_config":{"hidden_size":"wide"},"vision_config":{}}""", "hidden_size"),
            ("""{"text_config":{"hidden_size":0,"intermediate_size":0},"vision_config":{}}""", "text width"),
            ("""{"text_config":{"intermediate_size":7},"vision_config":{}}""", "intermediate_size is 7"),
            ("""{"text_config":{"num_attention_heads":7},"vision_config":{}}""", "must divide"),
            ("""{"text_config":{},"vision_config":{"patch_size":15}}""", "no multiple of the patch size"),
        ];
        foreach ((string json, string expected) in cases)
        {
            using CheckpointFolder clip = new();
            clip.WriteComplete();
            clip.WriteText("config.json", json);
            Refused<InvalidDataException>(clip, expected);
        }
    }

    [TestMethod]
    public void AConfigurationWithDefaultsLeftOutIsRead()
    {
        using var json = new MemoryStream(
            """{"model_type":"clip","text_config":{"hidden_act":"quick_gelu"},"vision_config":{"patch_size":16}}"""u8.ToArray());
        var config = ClipConfig.FromHuggingFace(json, "test");
        Assert.AreEqual(
            PublishedSizes.VitB16,
            config);
        Assert.AreEqual(14, config.Grid);
    }

    [TestMethod]
    public void ResNetsAreNotSupported()
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFolder clip = new();
        clip.WriteComplete();
        File.Delete(clip.File("config.json"));
        clip.State["visual.layer1.0.conv1.weight"] = ones(1);
        clip.WriteOpenAIWeights();
        Refused<NotSupportedException>(clip, "ResNet");
    }

    [TestMethod]
    public void SizesThatCannotBeInferredAreExplained()
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFolder clip = new();
        clip.WriteVocabulary();
        clip.State.Remove("visual.proj");
        clip.State["visual.positional_embedding"] = ones(6, 128);
        clip.WriteOpenAIWeights();
        Refused<InvalidDataException>(clip, "6 rows", "square");
        clip.State.Remove("visual.positional_embedding");
        clip.WriteOpenAIWeights();
        Refused<InvalidDataException>(clip, "'visual.positional_embedding'", "config.json");
    }

    [TestMethod]
    public void TruncatedWeightsAreRefused()
    {
        using CheckpointFolder clip = new();
        clip.WriteComplete();
        byte[] bytes = File.ReadAllBytes(clip.File("model.safetensors"));
        File.WriteAllBytes(clip.File("model.safetensors"), bytes[..(bytes.Length / 2)]);
        Refused<InvalidDataException>(clip, "model.safetensors", "cut off");
    }

    private static void AssertSame(ClipBackbone first, ClipBackbone second)
    {
        using ClipModel expected = first.CreateModel(CPU);
        using ClipModel actual = second.CreateModel(CPU);
        (string Name, TorchSharp.Modules.Parameter Value)[] values = [.. expected.named_parameters()];
        var others = actual.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        Assert.HasCount(values.Length, others);
        foreach ((string name, TorchSharp.Modules.Parameter value) in values)
        {
            Assert.IsTrue(value.Equals(others[name]), name);
        }

        Assert.AreEqual(expected.LogitScale, actual.LogitScale);
    }

    private static void Refused<TException>(CheckpointFolder clip, params string[] expected)
        where TException : Exception
    {
        TException error = Assert.ThrowsExactly<TException>(() => ClipBackbone.FromFolder(clip.Folder));
        foreach (string part in expected)
        {
            StringAssert.Contains(error.Message, part);
        }
    }

    private static string Skip()
    {
        Assert.Inconclusive("CLIP's merge table is not here; name it in the environment variable LOREAL_CLIP_VOCAB.");
        throw new InvalidOperationException();
    }
}
