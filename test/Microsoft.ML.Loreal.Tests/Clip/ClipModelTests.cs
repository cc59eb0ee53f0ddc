using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Clip;

[TestClass]
public sealed class ClipModelTests
{
    public static IEnumerable<object[]> ModelsWithNumbers
    {
        get
        {
            object[][] models =
                [.. Fixtures.Models().Where(model => Fixtures.Has($"clip-tiny/io_{model}.json")).Select(model => new object[] { model })];
            return models.Length > 0 ? models : [["(missing)"]];
        }
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(ModelsWithNumbers))]
    public void FeaturesAndLogitsEqualTheReference(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = Fixtures.Tensors($"clip-tiny/io_{name}.safetensors");
        using ClipModel model = Fixtures.Model(name);
        Tensor images = model.EncodeImage(expected["image"]);
        Tensor texts = model.EncodeText(Tokens(name));
        Fixtures.AssertClose(expected["image_features"], images, "image features");
        Fixtures.AssertClose(expected["text_features"], texts, "text features");
        Tensor logits = Normalized(images).matmul(Normalized(texts).transpose(0, 1)) * model.LogitScale;
        Fixtures.AssertClose(expected["logits_per_image"], logits, "logits per image");
        Fixtures.AssertClose(expected["logits_per_text"], logits.transpose(0, 1), "logits per text");
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(ModelsWithNumbers))]
    public void IntermediatesEqualTheReference(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = Fixtures.Tensors($"clip-tiny/io_{name}.safetensors");
        using ClipModel model = Fixtures.Model(name);
        Dictionary<string, Tensor> actual = Intermediates(model, expected["image"].narrow(0, 0, 1), Tokens(name).narrow(0, 0, 1));
        int compared = 0;
        foreach ((string key, Tensor value) in expected.Where(pair => pair.Key.StartsWith("dbg.", StringComparison.Ordinal)))
        {
            Assert.IsTrue(actual.ContainsKey(key), $"the reference has '{key}', which this test does not know");
            Fixtures.AssertClose(value, actual[key], key);
            compared++;
        }

        Assert.IsGreaterThan(0, compared);
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(ModelsWithNumbers))]
    public void OtherHeadCountsEqualTheReference(string name)
    {
        const string Prefix = "text_features_heads";
        using DisposeScope scope = NewDisposeScope();
        foreach ((string key, Tensor value) in Fixtures.Tensors($"clip-tiny/io_{name}.safetensors")
            .Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            int heads = int.Parse(key[Prefix.Length..], CultureInfo.InvariantCulture);
            using ClipModel model = Fixtures.Model(name, Fixtures.Config(name) with { TextHeads = heads });
            Fixtures.AssertClose(value, model.EncodeText(Tokens(name)), key);
        }
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    public void ResizedPositionsAndFeaturesEqualTheReference()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = Fixtures.Tensors("pos-embed/pos_embed.safetensors");
        foreach (JsonElement item in Fixtures.Json("pos-embed/pos_embed.json").GetProperty("cases").EnumerateArray())
        {
            string name = item.GetProperty("model").GetString()!;
            int grid = item.GetProperty("new_grid").GetInt32();
            int pixels = item.GetProperty("pixels").GetInt32();
            using ClipModel model = Fixtures.Model(name);
            Fixtures.AssertClose(
                expected[$"{name}.pos_{grid}x{grid}.antialias"],
                model.Visual.Positions.ForGrid(grid),
                $"{name}: positions {grid} x {grid}");
            Fixtures.AssertClose(
                expected[$"{name}.features_{pixels}.antialias"],
                model.EncodeImage(expected[$"{name}.image_{pixels}"]),
                $"{name}: features at {pixels} pixels");
            Assert.AreSame(model.Visual.Positions.ForGrid(grid), model.Visual.Positions.ForGrid(grid), "each grid is computed once");
        }
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    public void ResizingAloneEqualsTheReference()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = Fixtures.Tensors("pos-embed/pos_embed.safetensors");
        int compared = 0;
        foreach ((string key, Tensor source) in tensors.Where(pair => pair.Key.StartsWith("unit.src_", StringComparison.Ordinal)))
        {
            int old = (int)source.shape[1];
            // [C, old, old] -> [old * old, C], with a class token before it
            Tensor rows = source.reshape(source.shape[0], old * old).transpose(0, 1).contiguous();
            using var positions = new PositionEmbedding("unit", old, cat([zeros(1, source.shape[0]), rows], dim: 0));
            foreach ((string name, Tensor expected) in tensors
                .Where(pair => pair.Key.StartsWith("unit.dst_", StringComparison.Ordinal))
                .Where(pair => pair.Key.EndsWith(".antialias", StringComparison.Ordinal)))
            {
                int grid = (int)expected.shape[1];
                Tensor actual = positions.ForGrid(grid).narrow(0, 1, grid * grid).transpose(0, 1).reshape(expected.shape);
                Fixtures.AssertClose(expected, actual, name);
                compared++;
            }
        }

        Assert.IsGreaterThan(0, compared);
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    public void WhatIsRightOfTheEndDoesNotMatter()
    {
        using DisposeScope scope = NewDisposeScope();
        string name = FirstModel();
        using ClipModel model = Fixtures.Model(name);
        Tensor tokens = Tokens(name);
        Tensor eot = tokens.argmax(1);
        Tensor whole = model.Text.Forward(model.Text.Embed(tokens), eot);
        Fixtures.AssertClose(whole, model.EncodeText(tokens), "cut after the last end", 1e-5);
        Tensor first = tokens.narrow(0, 0, 1).narrow(1, 0, eot[0].ToInt64() + 1);
        Fixtures.AssertClose(whole.narrow(0, 0, 1), model.EncodeText(first), "one text, cut after its end", 1e-5);
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    public void TheModelIsFrozenAndPassesGradientsThrough()
    {
        using DisposeScope scope = NewDisposeScope();
        string name = FirstModel();
        using ClipModel model = Fixtures.Model(name);
        Assert.IsTrue(model.parameters().All(parameter => !parameter.requires_grad));
        Assert.IsFalse(model.training);
        Tensor tokens = Tokens(name);
        Tensor embeddings = model.Text.Embed(tokens).detach().requires_grad_();
        model.Text.Forward(embeddings, tokens.argmax(1)).sum().backward();
        Assert.IsGreaterThan(0f, embeddings.grad!.abs().max().ToSingle());
        Assert.IsFalse(model.EncodeText(tokens).requires_grad);
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    public void AModelOutlivesTheScopeThatItWasMadeIn()
    {
        string name = FirstModel();
        ClipModel model;
        Tensor imageInside;
        Tensor textInside;
        using (NewDisposeScope())
        {
            model = Fixtures.Model(name);
            (imageInside, textInside) = Encode();
            imageInside.DetachFromDisposeScope();
            textInside.DetachFromDisposeScope();
        }

        using (model)
        using (imageInside)
        using (textInside)
        {
            for (int i = 0; i < 3; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                (Tensor image, Tensor text) = Encode();
                Assert.IsTrue(imageInside.Equals(image) && textInside.Equals(text));
                Assert.AreEqual(4, scope.DisposablesCount, "two inputs and two results, and nothing of what is between");
            }
        }

        // One patch: a grid that needs resized positions, which then stay.
        (Tensor Image, Tensor Text) Encode() =>
            (model.EncodeImage(ones(1, 3, model.Config.PatchSize, model.Config.PatchSize)), model.EncodeText(Tokens(name)));
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    public void WrongShapesAreRefusedAtTheEdge()
    {
        using DisposeScope scope = NewDisposeScope();
        string name = FirstModel();
        using ClipModel model = Fixtures.Model(name);
        int patch = model.Config.PatchSize;
        int width = model.Config.TextWidth;
        int context = model.Config.ContextLength;
        Tensor[] images =
        [
            zeros(3, patch, patch),
            zeros(1, 1, patch, patch),
            zeros(1, 3, patch, 2 * patch),
            zeros(1, 3, patch + 1, patch + 1),
            zeros(1, 3, 0, 0),
            zeros(1, 3, patch, patch, ScalarType.Float64),
        ];
        foreach (Tensor image in images)
        {
            StringAssert.Contains(
                Assert.ThrowsExactly<ArgumentException>(() => model.EncodeImage(image)).Message, $"multiple of the patch size {patch}");
        }

        Tensor[] tokens =
        [
            zeros(4, ScalarType.Int64),
            zeros(1, 4),
            ones(1, 4, ScalarType.Int64) * model.Config.VocabularySize,
            -ones(1, 4, ScalarType.Int64),
            ones(1, context + 1, ScalarType.Int64).cumsum(1),
        ];
        foreach (Tensor ids in tokens)
        {
            Assert.ThrowsExactly<ArgumentException>(() => model.EncodeText(ids));
        }

        (Tensor, Tensor)[] embeddings =
        [
            (zeros(4, width), zeros(1, ScalarType.Int64)),
            (zeros(1, context + 1, width), zeros(1, ScalarType.Int64)),
            (zeros(1, 4, width + 1), zeros(1, ScalarType.Int64)),
            (zeros(2, 4, width), zeros(1, ScalarType.Int64)), (zeros(1, 4, width), zeros(1)),
        ];
        foreach ((Tensor embedding, Tensor eot) in embeddings)
        {
            Assert.ThrowsExactly<ArgumentException>(() => model.Text.Forward(embedding, eot));
        }
    }

    private static Dictionary<string, Tensor> Intermediates(ClipModel model, Tensor image, Tensor tokens)
    {
        var found = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        VisionTransformer visual = model.Visual;
        found["dbg.visual.conv1"] = nn.functional.conv2d(
            image, visual.PatchWeight, strides: [model.Config.PatchSize, model.Config.PatchSize]).squeeze(0);
        Tensor x = visual.Embed(image);
        found["dbg.visual.embed"] = x.squeeze(0);
        x = visual.LnPre.Forward(x);
        found["dbg.visual.ln_pre"] = x.squeeze(0);
        for (int i = 0; i < visual.Blocks.Count; i++)
        {
            x = visual.Blocks[i].Forward(x);
            found[$"dbg.visual.block{i}"] = x.squeeze(0);
        }

        found["dbg.visual.ln_post"] = visual.LnPost.Forward(x.select(1, 0)).squeeze(0);
        TextTransformer text = model.Text;
        x = text.AddPositions(text.Embed(tokens));
        found["dbg.text.embed"] = x.squeeze(0);
        for (int i = 0; i < text.Blocks.Count; i++)
        {
            x = text.Blocks[i].Forward(x, text.CausalMask(x.shape[1]));
            found[$"dbg.text.block{i}"] = x.squeeze(0);
        }

        found["dbg.text.ln_final"] = text.LnFinal.Forward(x).squeeze(0);
        return found;
    }

    private static string FirstModel()
    {
        if (Fixtures.Models().FirstOrDefault(model => Fixtures.Has($"clip-tiny/io_{model}.json")) is not { } name)
        {
            Assert.Inconclusive("There is no model with tokens in the set.");
            throw new InvalidOperationException();
        }

        return name;
    }

    private static Tensor Tokens(string name)
    {
        JsonElement[] rows = [.. Fixtures.Json($"clip-tiny/io_{name}.json").GetProperty("tokens").EnumerateArray()];
        long[] ids = [.. rows.SelectMany(Fixtures.Longs)];
        return tensor(ids, [rows.Length, ids.Length / rows.Length]);
    }

    private static Tensor Normalized(Tensor features) => features / features.norm(1, keepdim: true, p: 2f);
}
