using System.Text;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Clip;

/// <summary>What cannot be used is recognized, and the message says the way out.</summary>
[TestClass]
public sealed class UnservedFolderTests
{
    [TestMethod]
    public void WhatIsNoSafetensorsFileIsRecognized()
    {
        (byte[] Content, string[] Expected)[] cases =
        [
            (
                Encoding.UTF8.GetBytes("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 60515788\n"),
                ["Git LFS", "git lfs pull"]),
            (Encoding.UTF8.GetBytes("<!DOCTYPE html><html><body>Sign in</body></html>"), ["web page", "Get the file again"]),
            (Encoding.UTF8.GetBytes("""{"error":"Repository not found"}"""), ["JSON", "Get the file again"]),
            ([], ["empty", "Get the file again"]),
            ([(byte)'P', (byte)'K', 3, 4, 0, 0, 8, 8, .. new byte[40]], ["pickle", "Convert"]),
            (Encoding.UTF8.GetBytes("GGUF\u0003\0\0\0 quantized"), ["GGUF", "original weights"]),
        ];
        foreach ((byte[] content, string[] expected) in cases)
        {
            using FolderLayout clip = new();
            clip.WriteBytes("model.safetensors", content);
            Refused<InvalidDataException>(clip, ["model.safetensors", .. expected]);
        }
    }

    [TestMethod]
    [DataRow("siglip", "SigLIP")]
    [DataRow("chinese_clip", "Chinese-CLIP")]
    [DataRow("clip_vision_model", "vision tower alone")]
    [DataRow("blip", "BLIP")]
    [DataRow("align", "ALIGN")]
    [DataRow("clipseg", "CLIPSeg")]
    [DataRow("owlvit", "OWL-ViT")]
    [DataRow("something_new", "expected 'clip'")]
    public void AnotherTypeOfModelIsNamed(string type, string expected)
    {
        using FolderLayout clip = new();
        clip.WriteText("config.json", $$"""{"model_type":"{{type}}"}""");
        Refused<NotSupportedException>(clip, $"'{type}'", expected, "Give the folder of a CLIP model");
    }

    [TestMethod]
    public void PartsOfClipAreNamed()
    {
        using FolderLayout clip = new();
        JsonObject config = clip.Json("config.json");
        config["architectures"] = new JsonArray("CLIPForImageClassification");
        clip.WriteText("config.json", config.ToJsonString());
        Refused<NotSupportedException>(clip, "image classifier", "CLIPForImageClassification");
        clip.WriteText("config.json", """{"architecture":"vit_base_patch16_clip_224","num_classes":512}""");
        Refused<NotSupportedException>(clip, "timm", "vit_base_patch16_clip_224");
        clip.Delete("config.json", "vocab.json");
        clip.ChangeWeights(tensors =>
        {
            foreach (string name in tensors.Keys.Where(name => !name.StartsWith("visual.", StringComparison.Ordinal)).ToList())
            {
                tensors.Remove(name);
            }
        });
        Refused<NotSupportedException>(clip, "vision tower alone");
    }

    [TestMethod]
    [DataRow("visual.layer1.0.conv1.weight", "ResNet")]
    [DataRow("visual.trunk.blocks.0.norm1.weight", "timm")]
    [DataRow("visual.blocks.0.norm1.weight", "EVA-CLIP")]
    [DataRow("text_decoder.ln_final.bias", "CoCa")]
    [DataRow("logit_bias", "SigLIP")]
    [DataRow("bert.embeddings.LayerNorm.bias", "Chinese-CLIP")]
    [DataRow("positional_embedding_res", "Long-CLIP")]
    [DataRow("base_model.model.x.lora_A.weight", "merge it")]
    [DataRow("visual.proj.weight_scale", "quantized")]
    public void WeightsOfOthersAreNamed(string name, string expected)
    {
        using FolderLayout clip = new();
        clip.ChangeWeights(tensors => tensors[name] = ones([1], ScalarType.Float32));
        Refused<NotSupportedException>(clip, expected, name, "model.safetensors");
    }

    [TestMethod]
    public void QuantizedNumbersAreNamed()
    {
        using FolderLayout clip = new();
        clip.ChangeWeights(tensors => tensors["visual.proj"] = tensors["visual.proj"].to(ScalarType.Int8));
        Refused<InvalidDataException>(clip, "wrong type: visual.proj I8", "quantized", "original");

        // The header alone is enough to see it.
        string header = """{"visual.proj":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""";
        clip.WriteBytes("model.safetensors", [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0]);
        Refused<InvalidDataException>(clip, "F8_E4M3", "quantized", "original weights");
    }

    [TestMethod]
    [DataRow("model.safetensors.incomplete", typeof(FileNotFoundException), "not finished")]
    [DataRow("model.safetensors.part", typeof(FileNotFoundException), "not finished")]
    [DataRow("adapter_model.safetensors", typeof(NotSupportedException), "Merge it into its base model")]
    [DataRow("model_index.json", typeof(NotSupportedException), "Stable Diffusion")]
    [DataRow("open_clip_pytorch_model.bin", typeof(NotSupportedException), "pickle")]
    [DataRow("model.onnx", typeof(NotSupportedException), "weights in safetensors")]
    [DataRow("clip-q8_0.gguf", typeof(NotSupportedException), "weights in safetensors")]
    [DataRow("tf_model.h5", typeof(NotSupportedException), "weights in safetensors")]
    public void WhatStandsInPlaceOfWeightsIsNamed(string name, Type type, string expected)
    {
        using FolderLayout clip = new();
        clip.Delete("model.safetensors");
        clip.WriteText(name, "not opened");
        Exception error = Assert.Throws<Exception>(() => ClipBackbone.FromFolder(clip.Path));
        Assert.AreEqual(type, error.GetType());
        StringAssert.Contains(error.Message, name);
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void SeveralWeightsNeedTheStandardName()
    {
        using FolderLayout clip = new();
        clip.Move("model.safetensors", "b.safetensors");
        File.Copy(clip.File("b.safetensors"), clip.File("a.safetensors"));
        Refused<InvalidDataException>(clip, "a.safetensors, b.safetensors", "model.safetensors");
    }

    [TestMethod]
    public void ShardsMustBeThereAndHoldWhatTheIndexSays()
    {
        const string index = "model.safetensors.index.json";
        const string first = "model-00001-of-00002.safetensors";
        using FolderLayout clip = new();
        clip.Shard();
        JsonObject original = clip.Json(index);
        string second = original["weight_map"]!["logit_scale"]!.ToString();

        foreach (string name in new[] { "../x.safetensors", "a/x.safetensors", "a\\x.safetensors", "..", "c:x.safetensors" })
        {
            Change(map => map["logit_scale"] = name);
            Refused<InvalidDataException>(clip, index, "logit_scale", "beside the index");
        }

        Change(map => map["logit_scale"] = first);
        Refused<InvalidDataException>(clip, first, "missing: logit_scale", index);
        Change(map => map.Remove("logit_scale"));
        Refused<InvalidDataException>(clip, second, "extra: logit_scale", index);
        Change(map => map.Clear());
        Refused<InvalidDataException>(clip, "empty");
        clip.WriteText(index, "{}");
        Refused<InvalidDataException>(clip, index, "weight_map");
        clip.WriteText(index, original.ToJsonString());
        clip.Delete(first);
        Refused<FileNotFoundException>(clip, first, "not there");
        clip.Delete(index);
        Refused<FileNotFoundException>(clip, index, second);

        void Change(Action<JsonObject> change)
        {
            JsonObject changed = original.DeepClone().AsObject();
            change(changed["weight_map"]!.AsObject());
            clip.WriteText(index, changed.ToJsonString());
        }
    }

    [TestMethod]
    public void TheHubsCacheMustBeCompleteAndHoldOneModel()
    {
        using FolderLayout clip = new();
        string cache = clip.Hub();
        string model = Path.Combine(cache, "models--someone--clip");
        Assert.AreEqual(clip.Plain.Config, ClipBackbone.FromFolder(cache).Config);

        string main = Path.Combine(model, "refs", "main");
        File.WriteAllText(main, "0123");
        StringAssert.Contains(Error<FileNotFoundException>().Message, "no snapshot '0123'");
        File.WriteAllText(main, "../..");
        StringAssert.Contains(Error<FileNotFoundException>().Message, "no snapshot");
        File.Delete(main);
        StringAssert.Contains(Error<InvalidDataException>().Message, "abc123, def456");
        File.WriteAllText(main, "abc123\n");
        string blob = Path.Combine(model, "blobs", "model.safetensors.blob");
        File.Move(blob, blob + ".incomplete");
        StringAssert.Contains(Error<FileNotFoundException>().Message, "not finished");

        Directory.CreateDirectory(Path.Combine(cache, "models--someone--else"));
        StringAssert.Contains(Error<InvalidDataException>().Message, "models--someone--clip, models--someone--else");

        TException Error<TException>()
            where TException : Exception => Assert.ThrowsExactly<TException>(() => ClipBackbone.FromFolder(cache));
    }

    [TestMethod]
    [DataRow("model", "type", "\"WordPiece\"")]
    [DataRow("model", "end_of_word_suffix", "null")]
    [DataRow("model", "continuing_subword_prefix", "\"##\"")]
    [DataRow("model", "dropout", "0.1")]
    [DataRow("model", "byte_fallback", "true")]
    [DataRow("model", "ignore_merges", "true")]
    [DataRow("normalizer", "type", "\"BertNormalizer\"")]
    [DataRow("pre_tokenizer", "type", "\"Metaspace\"")]
    public void AnotherTokenizerIsNamed(string part, string name, string value)
    {
        using FolderLayout clip = new();
        clip.FastTokenizer(change: tokenizer =>
        {
            JsonObject changed = part == "model" ? tokenizer["model"]!.AsObject() : [];
            changed[name] = JsonNode.Parse(value);
            tokenizer[part] = part == "model" ? changed.DeepClone() : changed;
        });
        Refused<NotSupportedException>(clip, "tokenizer.json", value.Trim('"'), "CLIP's own tokenizer");
    }

    [TestMethod]
    public void ADamagedFastTokenizerIsRefused()
    {
        (Action<JsonObject> Change, string Expected)[] cases =
        [
            (tokenizer => tokenizer.Remove("model"), "object model"),
            (tokenizer => tokenizer["model"]!.AsObject().Remove("vocab"), "model.vocab"),
            (tokenizer => tokenizer["model"]!.AsObject().Remove("merges"), "model.merges"),
            (tokenizer => tokenizer["model"]!["merges"] = new JsonArray("a b c"), "model.merges[0]"),
            (tokenizer => tokenizer["model"]!["merges"] = new JsonArray(new JsonArray("a", 1)), "model.merges[0]"),
            (tokenizer => tokenizer["model"]!["vocab"]!["a"] = 7000, "'a' the id 7000"),
            (tokenizer => tokenizer["added_tokens"] = "none", "added_tokens"),
            (tokenizer => tokenizer["added_tokens"]!.AsArray().Add((JsonNode)"x"), "added_tokens"),
        ];
        foreach ((Action<JsonObject> change, string expected) in cases)
        {
            using FolderLayout clip = new();
            clip.FastTokenizer(change: change);
            Refused<InvalidDataException>(clip, "tokenizer.json", expected);
        }
    }

    [TestMethod]
    [DataRow("vision_cfg", "timm_model_name", "\"vit_base_patch16_224\"")]
    [DataRow("vision_cfg", "mlp_ratio", "4.3637")]
    [DataRow("vision_cfg", "ls_init_value", "0.1")]
    [DataRow("vision_cfg", "attentional_pool", "true")]
    [DataRow("vision_cfg", "no_ln_pre", "true")]
    [DataRow("vision_cfg", "pool_type", "\"avg\"")]
    [DataRow("vision_cfg", "pos_embed_type", "\"sin_cos_2d\"")]
    [DataRow("vision_cfg", "act_kwargs", """{"approximate":"tanh"}""")]
    [DataRow("vision_cfg", "norm_kwargs", """{"elementwise_affine":false}""")]
    [DataRow("vision_cfg", "image_size", "[32,16]")]
    [DataRow("vision_cfg", "layers", "[3,4,6,3]")]
    [DataRow("text_cfg", "hf_model_name", "\"xlm-roberta-base\"")]
    [DataRow("text_cfg", "no_causal_mask", "true")]
    [DataRow("text_cfg", "embed_cls", "true")]
    [DataRow("text_cfg", "pool_type", "\"last\"")]
    [DataRow("text_cfg", "proj_bias", "true")]
    [DataRow("text_cfg", "proj_type", "\"none\"")]
    [DataRow("text_cfg", "tokenizer_kwargs", """{"clean":"canonicalize"}""")]
    [DataRow("text_cfg", "something_new", "1")]
    public void WhatOpenClipDoesOtherwiseIsRefusedByName(string part, string name, string value)
    {
        using FolderLayout clip = new();
        clip.OpenClip();
        JsonObject config = clip.OpenClipConfig();
        config["model_cfg"]![part]![name] = JsonNode.Parse(value);
        clip.WriteText("open_clip_config.json", config.ToJsonString());
        Refused<NotSupportedException>(clip, "open_clip_config.json", $"{part}.{name} is {value}");
    }

    [TestMethod]
    public void ADamagedOpenClipConfigurationIsRefused()
    {
        (string Json, string Expected)[] cases =
        [
            ("{", "not valid JSON"),
            ("[]", "expected an object"),
            ("{}", "model_cfg"),
            ("""{"model_cfg":{"embed_dim":8}}""", "vision_cfg"),
            ("""{"model_cfg":{"vision_cfg":{},"text_cfg":{}}}""", "embed_dim is missing"),
            ("""{"model_cfg":{"embed_dim":8,"vision_cfg":{"width":"wide"},"text_cfg":{}}}""", "width is \"wide\""),
            ("""{"model_cfg":{"embed_dim":8,"vision_cfg":{"head_width":0},"text_cfg":{}}}""", "vision heads"),
            ("""{"model_cfg":{"embed_dim":8,"vision_cfg":{"head_width":100},"text_cfg":{}}}""", "must divide"),
            ("""{"model_cfg":{"embed_dim":8,"vision_cfg":{},"text_cfg":{"pool_type":"eos"}}}""", "eos_id is missing"),
        ];
        foreach ((string json, string expected) in cases)
        {
            using FolderLayout clip = new();
            clip.OpenClip();
            clip.WriteText("open_clip_config.json", json);
            Refused<InvalidDataException>(clip, "open_clip_config.json", expected);
        }
    }

    [TestMethod]
    [DataRow("resize_mode", "\"stretch\"")]
    [DataRow("interpolation", "\"lanczos\"")]
    [DataRow("mode", "\"L\"")]
    [DataRow("patch_wise", "true")]
    public void APreprocessingThatIsNotServedIsRefused(string name, string value)
    {
        using FolderLayout clip = new();
        clip.OpenClip();
        JsonObject config = clip.OpenClipConfig();
        config["preprocess_cfg"]![name] = JsonNode.Parse(value);
        clip.WriteText("open_clip_config.json", config.ToJsonString());
        Refused<NotSupportedException>(clip, $"preprocess_cfg.{name} is {value}");
    }

    private static void Refused<TException>(FolderLayout clip, params string[] expected)
        where TException : Exception
    {
        TException error = Assert.ThrowsExactly<TException>(() => ClipBackbone.FromFolder(clip.Path));
        Array.ForEach(expected, part => StringAssert.Contains(error.Message, part));
    }
}
