using System.Text.Json.Nodes;
using Microsoft.ML.Loreal.Tests.Images;

namespace Microsoft.ML.Loreal.Tests.Clip;

/// <summary>What the preprocessor's file says of pictures is used or refused. The model's image_size is 32.</summary>
[TestClass]
public sealed class PreprocessorConfigTests
{
    private const int Side = 32;
    private const string Preprocessor = "preprocessor_config.json";
    private const string Processor = "processor_config.json";

    // What transformers writes for CLIP, but for the sizes.
    private const string Usual =
        """
        {
          "crop_size": { "height": 32, "width": 32 }, "do_center_crop": true, "do_convert_rgb": true, "do_normalize": true,
          "do_rescale": true, "do_resize": true, "image_mean": [0.48145466, 0.4578275, 0.40821073],
          "image_processor_type": "CLIPImageProcessor", "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3,
          "rescale_factor": 0.00392156862745098, "size": { "shortest_edge": 32 }
        }
        """;

    [TestMethod]
    [DataRow("""{"do_normalize":false}""", 1f, 0f, 0.2f)]
    [DataRow("""{"do_normalize":false,"image_std":[0,0,0]}""", 1f, 0f, 0.2f)]
    [DataRow("""{"do_normalize":false,"do_rescale":false,"rescale_factor":0}""", 255f, 0f, 51f)]
    [DataRow("""{"do_normalize":false,"rescale_factor":0.5}""", 127.5f, 0f, 25.5f)]
    [DataRow("""{"image_mean":0.5,"image_std":[0.5,2,0.1]}""", 1f, -0.25f, -3f)]
    [DataRow("""{"image_mean":[0.5,0.25,0.2],"image_std":0.5}""", 1f, -0.5f, 0f)]
    [DataRow("""{"do_rescale":false,"image_mean":55,"image_std":100}""", 2f, -0.55f, -0.04f)]
    [DataRow("""{"image_mean":null,"image_std":null}""", 1.9303361f, -1.7520971f, -0.7549964f)]
    public void LevelsAreRescaledAndNormalizedAsTheFileSays(string changes, float red, float green, float blue)
    {
        float[] values = new float[3];
        Read(changes).ImageProcessor.Evaluate(new RgbImage(1, 1, [255, 0, 51]), 1, values);
        Assert.AreEqual(red, values[0], 1e-6f);
        Assert.AreEqual(green, values[1], 1e-6f);
        Assert.AreEqual(blue, values[2], 1e-6f);
    }

    [TestMethod]
    [DataRow(0.25f)]
    [DataRow(1f)]
    public void TheSizeIsKeptInProportionToTheCrop(float share)
    {
        RgbImage image = ResampleFilterTests.Formula(90, 60);
        int side = (int)(Side * share);
        foreach (string size in new[] { "40", """{"shortest_edge":40}""" })
        {
            // 60 x 40 at 32, 15 x 10 at 8
            int shorter = side * 40 / Side;
            byte[] resized = PlainResize.Resize(image, ResampleFilter.Bicubic, shorter * 3 / 2, shorter);
            byte[] expected = PlainResize.Crop(
                resized,
                shorter * 3 / 2,
                (int)Math.Round(((shorter * 3 / 2) - side) / 2.0),
                (int)Math.Round((shorter - side) / 2.0),
                side);
            AssertPixels(expected, Read($$"""{"size":{{size}}}"""), image, side);
        }
    }

    [TestMethod]
    public void AHeightAndAWidthSquashThePicture()
    {
        RgbImage image = ResampleFilterTests.Formula(90, 60);
        byte[] expected = PlainResize.Resize(image, ResampleFilter.Bicubic, Side, Side);
        AssertPixels(expected, Read("""{"size":{"height":32,"width":32},"do_center_crop":false}"""), image, Side);
        AssertPixels(expected, Read("""{"size":{"height":32,"width":32}}"""), image, Side);
        AssertPixels(expected, Read("""{"size":32,"default_to_square":true}"""), image, Side);
        byte[] larger = PlainResize.Resize(image, ResampleFilter.Bicubic, 36, 36);
        AssertPixels(PlainResize.Crop(larger, 36, 2, 2, Side), Read("""{"size":{"height":36,"width":36}}"""), image, Side);
    }

    [TestMethod]
    [DataRow(1, ResampleFilter.Lanczos)]
    [DataRow(2, ResampleFilter.Bilinear)]
    [DataRow(3, ResampleFilter.Bicubic)]
    [DataRow(4, ResampleFilter.Box)]
    [DataRow(5, ResampleFilter.Hamming)]
    public void PicturesAndTrainingViewsAreResizedWithTheFilter(int number, object filter)
    {
        RgbImage image = ResampleFilterTests.Formula(60, 60);
        ClipBackbone backbone = Read($$"""{"resample":{{number}},"do_normalize":false,"do_rescale":false}""");
        byte[] expected = PlainResize.Resize(image, (ResampleFilter)filter, Side, Side);
        AssertPixels(expected, backbone, image, Side);
        float[] view = new float[3 * Side * Side];
        backbone.ImageProcessor.Cut(image, new ImageRegion(new PixelRegion(0, 0, 60, 60), Flip: false), Side, view);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], view[(i % 3 * Side * Side) + (i / 3)], 1f);
        }
    }

    [TestMethod]
    public void TheLongerSideMayBeResizedAndTheRestFilled()
    {
        RgbImage image = ResampleFilterTests.Formula(90, 60);
        var processor = new ImageProcessor(new ImageProcessorSettings { ResizeMode = ResizeMode.Longest, FillColor = (9, 8, 7) });
        byte[] inner = PlainResize.Resize(image, ResampleFilter.Bicubic, Side, 21);
        // 11 rows are missing: 5 above and 6 below.
        byte[] Filled(int rows) => [.. Enumerable.Repeat<byte[]>([9, 8, 7], rows * Side).SelectMany(pixel => pixel)];
        byte[] actual = new byte[3 * Side * Side];
        processor.EvaluatePixels(image, Side, actual);
        AssertClose([.. Filled(5), .. inner, .. Filled(6)], actual);
    }

    [TestMethod]
    [DataRow("""{"resample":0}""", "resample is 0", "3 (Bicubic)")]
    [DataRow("""{"resample":6}""", "resample is 6", "3 (Bicubic)")]
    [DataRow("""{"do_resize":false}""", "do_resize is false", "Set it to true")]
    [DataRow("""{"do_center_crop":false}""", "do_center_crop is false", "height")]
    [DataRow("""{"size":{"height":32,"width":40}}""", "size is", "two equal numbers")]
    [DataRow("""{"size":{"longest_edge":32}}""", "size is", "shortest_edge")]
    [DataRow("""{"size":{"shortest_edge":32,"longest_edge":64}}""", "size is", "shortest_edge")]
    [DataRow("""{"size":{"shortest_edge":24}}""", "size is", "smaller than the crop of 32")]
    [DataRow("""{"crop_size":{"height":32,"width":40}}""", "crop_size is", "two equal numbers")]
    [DataRow("""{"image_processor_type":"SiglipImageProcessor"}""", "image_processor_type is", "CLIPImageProcessor")]
    [DataRow("""{"image_processor_type":null,"feature_extractor_type":"ViTFeatureExtractor"}""", "feature_extractor_type is", "CLIP")]
    [DataRow("""{"do_pad":true}""", "do_pad is true", "Remove it")]
    [DataRow("""{"do_flip_channel_order":true}""", "do_flip_channel_order is true", "Remove it")]
    [DataRow("""{"use_square_size":true}""", "use_square_size is true", "Remove it")]
    [DataRow("""{"crop_pct":0.9}""", "crop_pct is 0.9", "Remove it")]
    public void WhatIsNotSupportedIsRefusedByName(string changes, string found, string wayOut)
    {
        NotSupportedException error = Assert.ThrowsExactly<NotSupportedException>(() => Read(changes));
        StringAssert.Contains(error.Message, Preprocessor);
        StringAssert.Contains(error.Message, found);
        StringAssert.Contains(error.Message, wayOut);
    }

    [TestMethod]
    [DataRow("""{"crop_size":40}""", "crop_size is 40", "image_size, 32")]
    [DataRow("""{"size":{"height":40,"width":40},"do_center_crop":false}""", "size is", "image_size, 32")]
    [DataRow("""{"size":0}""", "size is 0", "1 to 65535")]
    [DataRow("""{"size":2000000000}""", "size is 2000000000", "1 to 65535")]
    [DataRow("""{"rescale_factor":0}""", "rescale_factor is 0", "1/255")]
    [DataRow("""{"rescale_factor":"1/255"}""", "rescale_factor is", "1/255")]
    [DataRow("""{"image_mean":[0.5]}""", "image_mean is [0.5]", "three numbers")]
    [DataRow("""{"image_std":0}""", "image_std is 0", "positive")]
    [DataRow("""{"rescale_factor":1e37,"do_normalize":false}""", "rescale_factor", "finite")]
    [DataRow("""{"do_normalize":1}""", "do_normalize is 1", "true or false")]
    public void WhatMakesNoSenseIsRefusedByName(string changes, string found, string expected)
    {
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => Read(changes));
        StringAssert.Contains(error.Message, Preprocessor);
        StringAssert.Contains(error.Message, found);
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void OnlyOtherProcessingThanClipsHasAnIdentityOfItsOwn()
    {
        // The text in caches and checkpoints.
        const string ClipIdentity = "5d23c0b115c373c73875b37dce36aa6a54af484dd4332d5f9d07d6ebecb20900";
        Assert.AreEqual(ClipIdentity, ImageProcessor.Clip.Identity);
        foreach (string changes in new[]
        {
            "{}",
            """{"size":32,"crop_size":32,"image_processor_type":null,"feature_extractor_type":"CLIPFeatureExtractor"}""",
            """{"image_processor_type":"CLIPImageProcessorFast","do_pad":null,"data_format":"channels_first","processor_class":"CLIPProcessor"}""",
            """{"do_convert_rgb":false,"do_reduce_labels":true,"device":"cpu","unknown":{"a":1}}""",
            """{"size":null,"crop_size":null,"resample":null,"rescale_factor":null,"do_resize":null}""",
        })
        {
            ClipBackbone usual = Read(changes);
            Assert.AreEqual(ClipIdentity, usual.ImageProcessor.Identity);
            Assert.AreEqual(Read("{}").Identity, usual.Identity);
        }

        string[] others =
        [
            """{"size":36}""", """{"size":{"height":32,"width":32}}""", """{"resample":2}""", """{"do_normalize":false}""",
            """{"do_rescale":false}""", """{"rescale_factor":0.5}""", """{"image_mean":0.5}""", """{"image_std":0.5}""",
        ];
        string[] identities = [.. others.Select(changes => Read(changes).Identity)];
        Assert.HasCount(others.Length, identities.Distinct());
        Assert.HasCount(others.Length, others.Select(changes => Read(changes).ImageProcessor.Identity).Distinct());
    }

    [TestMethod]
    public void TheProcessorsFileComesFirst()
    {
        using var folder = new TemporaryFolder();
        TinyClip.Write(folder["clip"]);
        Write(folder, Preprocessor, """{"image_mean":0.1}""");
        string preprocessor = ClipBackbone.FromFolder(folder["clip"]).ImageProcessor.Identity;
        Write(folder, Processor, """{"processor_class":"CLIPProcessor"}""");
        var without = ClipBackbone.FromFolder(folder["clip"]);
        Assert.AreEqual(preprocessor, without.ImageProcessor.Identity);
        CollectionAssert.Contains(without.FileNames.ToArray(), Preprocessor);
        CollectionAssert.DoesNotContain(without.FileNames.ToArray(), Processor);

        Write(folder, Processor, """{"processor_class":"CLIPProcessor","image_processor":{"image_mean":0.2}}""");
        var with = ClipBackbone.FromFolder(folder["clip"]);
        Assert.AreEqual(Read("""{"image_mean":0.2}""").ImageProcessor.Identity, with.ImageProcessor.Identity);
        CollectionAssert.Contains(with.FileNames.ToArray(), Processor);
        CollectionAssert.DoesNotContain(with.FileNames.ToArray(), Preprocessor);

        Write(folder, Processor, """{"image_processor":{"do_pad":true}}""");
        NotSupportedException error = Assert.ThrowsExactly<NotSupportedException>(() => ClipBackbone.FromFolder(folder["clip"]));
        StringAssert.Contains(error.Message, "image_processor in processor_config.json");
    }

    [TestMethod]
    [DataRow(Preprocessor, """{"resample":2,"size":36}""")]
    [DataRow(Processor, """{"image_processor":{"resample":2,"size":36}}""")]
    public void ASavedModelKeepsItsProcessing(string file, string json)
    {
        using var folder = new TemporaryFolder();
        TinyClip.Write(folder["clip"]);
        Write(folder, file, json);
        LorealTrainer.Options options = Trained.Options();
        options.Method = PromptMethod.Template();
        options.Attributes = null;
        options.Backbone = ClipBackbone.FromFolder(folder["clip"]);
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        using LorealTransformer model = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        ml.Model.Save(model, data.Schema, folder["model.zip"]);
        using var again = (LorealTransformer)ml.Model.Load(folder["model.zip"], out _);
        Assert.AreEqual(model.Backbone.Identity, again.Backbone.Identity);
        List<float[]> scores = Rows.Scores(model.Transform(data));
        List<float[]> reloaded = Rows.Scores(again.Transform(data));
        for (int row = 0; row < scores.Count; row++)
        {
            CollectionAssert.AreEqual(scores[row], reloaded[row]);
        }

        byte[] photo = System.IO.File.ReadAllBytes(Trained.Photos[0].ImagePath);
        using RgbImage picture = new ImageDecoder(long.MaxValue).Decode(photo);
        byte[] expected = new byte[3 * model.Resolution * model.Resolution];
        options.Backbone.ImageProcessor.EvaluatePixels(picture, model.Resolution, expected);
        using Data.MLImage view = again.View(photo);
        CollectionAssert.AreEqual(expected, view.Pixels.ToArray().Where((_, i) => i % 4 != 3).ToArray());
    }

    private static void Write(TemporaryFolder folder, string name, string json) =>
        System.IO.File.WriteAllText(Path.Combine(folder["clip"], name), json);

    /// <summary>A backbone with what transformers writes for CLIP, some fields changed.</summary>
    private static ClipBackbone Read(string changes)
    {
        JsonObject json = JsonNode.Parse(Usual)!.AsObject();
        foreach ((string name, JsonNode? value) in JsonNode.Parse(changes)!.AsObject())
        {
            json[name] = value?.DeepClone();
        }

        using var folder = new TemporaryFolder();
        TinyClip.Write(folder["clip"]);
        Write(folder, Preprocessor, json.ToJsonString());
        var backbone = ClipBackbone.FromFolder(folder["clip"]);
        _ = backbone.Sha256;
        return backbone;
    }

    private static void AssertPixels(byte[] expected, ClipBackbone backbone, RgbImage image, int side)
    {
        byte[] actual = new byte[3 * side * side];
        backbone.ImageProcessor.EvaluatePixels(image, side, actual);
        AssertClose(expected, actual);
    }

    /// <summary>Two roundings apart at most; the filters' exact bytes are tested against Pillow's.</summary>
    private static void AssertClose(byte[] expected, byte[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1, $"{i}");
        }
    }
}
