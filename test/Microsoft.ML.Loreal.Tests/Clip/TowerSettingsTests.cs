using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Clip;

/// <summary>What config.json says of the towers is used or refused.</summary>
[TestClass]
public sealed class TowerSettingsTests
{
    [TestMethod]
    [DataRow(ClipActivation.QuickGelu, ClipActivation.QuickGelu, 1e-5, 1e-5)]
    [DataRow(ClipActivation.Gelu, ClipActivation.Gelu, 1e-5, 1e-5)]
    [DataRow(ClipActivation.Gelu, ClipActivation.QuickGelu, 1e-5, 0.05)]
    [DataRow(ClipActivation.QuickGelu, ClipActivation.Gelu, 0.05, 1e-6)]
    public void TheTowersComputeWithTheirOwnActivationAndEpsilon(
        ClipActivation vision, ClipActivation text, double visionEpsilon, double textEpsilon)
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        ClipConfig config = TinyClip.Config with
        {
            VisionActivation = vision,
            TextActivation = text,
            VisionLayerNormEpsilon = visionEpsilon,
            TextLayerNormEpsilon = textEpsilon,
        };
        var weights = TinyClip.Weights(config, new Random(3)).ToDictionary(w => w.Name, w => w.Value);
        ClipBackbone backbone = TinyClip.Write(folder["clip"], config, weights.Select(weight => (weight.Key, weight.Value)));
        Assert.AreEqual(config, backbone.Config);
        using ClipModel model = backbone.CreateModel(CPU);
        var plain = new PlainClip(config, weights);

        Tensor pixels = rand([1, 3, config.ImageResolution, config.ImageResolution], ScalarType.Float32, generator: new Generator(1));
        AssertClose(plain.Image([.. pixels.data<float>()]), model.EncodeImage(pixels));
        int[] tokens =
            [backbone.Tokenizer.StartOfText, .. backbone.Tokenizer.Encode("a red circle"), backbone.Tokenizer.EndOfText];
        Tensor row = tensor([.. tokens.Select(token => (long)token)], [1, tokens.Length], ScalarType.Int64);
        AssertClose(plain.Text(tokens), model.EncodeText(row));
    }

    [TestMethod]
    public void OtherTowersOrTokensOverTheSameWeightsAreAnotherBackbone()
    {
        using var folder = new TemporaryFolder();
        ClipBackbone usual = TinyClip.Write(folder["usual"]);
        ClipConfig[] others =
        [
            TinyClip.Config with { TextActivation = ClipActivation.Gelu }, TinyClip.Config with { VisionLayerNormEpsilon = 1e-6 },
            TinyClip.Config with { VisionHeads = 4 }, TinyClip.Config with { TextHeads = 4 },
        ];
        List<ClipBackbone> backbones =
            [usual, .. others.Index().Select(other => TinyClip.Write(folder[$"{other.Index}"], config: other.Item))];
        TinyClip.Write(folder["tokens"]);
        string vocabulary = Path.Combine(folder["tokens"], "vocab.json");
        File.WriteAllText(
            vocabulary, File.ReadAllText(vocabulary).Replace("\"a\":", "\"?\":").Replace("\"b\":", "\"a\":").Replace("\"?\":", "\"b\":"));
        backbones.Add(ClipBackbone.FromFolder(folder["tokens"]));

        Assert.IsTrue(backbones.All(backbone => backbone.Sha256 == usual.Sha256));
        Assert.HasCount(backbones.Count, backbones.Select(backbone => backbone.Identity).Distinct());
        Assert.AreEqual(usual.Identity, TinyClip.Write(folder["same"]).Identity);
    }

    [TestMethod]
    public void OpenAIsTowersHaveTheWeightsForAnIdentity() => Assert.IsNull(PublishedSizes.VitB16.TowerSettings);

    [TestMethod]
    public void AnotherActivationOrEpsilonIsRefusedByName()
    {
        foreach (string activation in new[] { "gelu_new", "gelu_pytorch_tanh", "relu", "" })
        {
            Refused<NotSupportedException>(
                config => config["text_config"]!["hidden_act"] = activation, "text_config.hidden_act", $"\"{activation}\"", "quick_gelu");
        }

        Refused<NotSupportedException>(config => config["vision_config"]!["hidden_act"] = 3, "vision_config.hidden_act is 3");
        foreach (JsonNode epsilon in new JsonNode[] { 0, -1e-5, "1e-5", 1e300 })
        {
            Refused<InvalidDataException>(
                config => config["vision_config"]!["layer_norm_eps"] = epsilon.DeepClone(), "vision_config.layer_norm_eps is");
        }
    }

    [TestMethod]
    public void OtherFieldsThatChangeNumbersAreRefusedByName()
    {
        Refused<NotSupportedException>(config => config["vision_config"]!["num_channels"] = 4, "num_channels is 4");
        Refused<InvalidDataException>(config => config["text_config"]!["intermediate_size"] = 7, "text_config.intermediate_size is 7");
        Refused<InvalidDataException>(config => config["text_config"]!["eos_token_id"] = 5, "eos_token_id is 5", "513");
        Refused<NotSupportedException>(
            config => config["quantization_config"] = new JsonObject { ["quant_method"] = "x" }, "quantization_config");
        Refused<NotSupportedException>(
            config => config["text_config"]!["pruned_heads"] = new JsonObject { ["0"] = new JsonArray(1) }, "pruned_heads");
    }

    [TestMethod]
    public void FieldsWithoutEffectChangeNothing()
    {
        ClipConfig expected = Read(_ => { });
        Assert.AreEqual(expected, Read(config =>
        {
            config["torch_dtype"] = "float16";
            config["initializer_factor"] = 2;
            config["logit_scale_init_value"] = 1;
            config["text_config"]!["attention_dropout"] = 0.1;
            config["text_config"]!["dropout"] = 0.1;
            config["text_config"]!["eos_token_id"] = 2;
            config["text_config"]!["bos_token_id"] = 0;
            config["text_config"]!["pad_token_id"] = 1;
            config["text_config"]!["pruned_heads"] = new JsonObject();
            config["vision_config"]!["num_channels"] = 3;
            config["quantization_config"] = null;
        }));
    }

    [TestMethod]
    public void ATowersOldObjectReplacesTheNewOne() => Assert.AreEqual(
        TinyClip.Config with { TextActivation = ClipActivation.Gelu },
        Read(config =>
        {
            JsonNode old = config["text_config"]!.DeepClone();
            old["hidden_act"] = "gelu";
            config["text_config_dict"] = old;
            config["vision_config_dict"] = null;
        }));

    [TestMethod]
    public void TheJointDimensionMayStandInTheTowersAlone() => Assert.AreEqual(
        TinyClip.Config,
        Read(config =>
        {
            config.Remove("projection_dim");
            config["text_config"]!["projection_dim"] = TinyClip.Config.EmbedDimension;
            config["vision_config"]!["projection_dim"] = TinyClip.Config.EmbedDimension;
        }));

    private static ClipConfig Read(Action<JsonObject> change)
    {
        using var folder = new TemporaryFolder();
        TinyClip.Write(folder["clip"]);
        string path = Path.Combine(folder["clip"], "config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString());
        return ClipBackbone.FromFolder(folder["clip"]).Config;
    }

    private static void Refused<TException>(Action<JsonObject> change, params string[] expected)
        where TException : Exception
    {
        TException error = Assert.ThrowsExactly<TException>(() => Read(change));
        foreach (string part in expected)
        {
            StringAssert.Contains(error.Message, part);
        }
    }

    private static void AssertClose(double[] expected, Tensor actual)
    {
        float[] values = [.. actual.data<float>()];
        Assert.HasCount(expected.Length, values);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.AreEqual(expected[i], values[i], 2e-5);
        }
    }
}
