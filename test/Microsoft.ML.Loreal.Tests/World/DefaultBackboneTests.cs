using Microsoft.ML.Loreal.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Worlds;

/// <summary>The backbone that comes with the package, on classes that it has never seen.</summary>
[TestClass]
public sealed class DefaultBackboneTests
{
    [TestMethod]
    public void HasTheSizesOfASmallClip()
    {
        ClipConfig config = ClipBackbone.Default.Config;

        Assert.AreEqual(Painter.Side, config.ImageResolution);
        Assert.AreEqual(8, config.PatchSize);
        Assert.AreEqual(77, config.ContextLength);
        Assert.AreEqual(config.VisionWidth, 64 * config.VisionHeads);
        Assert.AreEqual(config.TextWidth, 64 * config.TextHeads);
    }

    [TestMethod]
    public void KnowsEachWordOfTheWorldAsOneToken()
    {
        ClipTokenizer tokenizer = ClipBackbone.Default.Tokenizer;

        foreach (string word in Words.All)
        {
            Assert.AreEqual(1, tokenizer.Encode(word).Count, word);
        }
        Assert.AreEqual(tokenizer.VocabularySize - 1, tokenizer.EndOfText);
        Assert.AreEqual(tokenizer.VocabularySize - 2, tokenizer.StartOfText);
    }

    [TestMethod]
    [DataRow("an ostrich wearing sunglasses")]
    [DataRow("über 100 größere häuser")]
    [DataRow("小さな赤い星 ⭐")]
    public void TakesAnyText(string text)
    {
        ClipTokenizer tokenizer = ClipBackbone.Default.Tokenizer;

        string back = tokenizer.Decode(tokenizer.Encode(text));

        Assert.AreEqual(text.Replace(" ", "", StringComparison.Ordinal), back.Replace(" ", "", StringComparison.Ordinal));
    }

    [TestMethod]
    public void RecognizesUnseenClassesAndLessSoInSmallPictures()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using ClipModel model = ClipBackbone.Default.CreateModel(CPU);
        const int perClass = 4;
        Tensor pictures = cat(Enumerable.Range(0, World.Classes.Count).Select(c => World.Render(c, 31, perClass)).ToArray(), 0);
        long[] classes = [.. Enumerable.Range(0, World.Classes.Count).SelectMany(c => Enumerable.Repeat((long)c, perClass))];
        Tensor texts = EncodePrompts(model);

        double standard = Accuracy(model, pictures, texts, classes, 112);
        double low = Accuracy(model, pictures, texts, classes, 72);

        Assert.IsTrue(standard > 85, $"{standard} % at 112 pixels");
        Assert.IsTrue(low > 50 && low < standard - 10, $"{low} % at 72 pixels, {standard} % at 112");
    }

    private static Tensor EncodePrompts(ClipModel model)
    {
        long[] tokens = [.. World.Classes.SelectMany(name => ClipBackbone.Default.Tokenizer.Tokenize($"a photo of a {name}."))];
        return nn.functional.normalize(model.EncodeText(tensor(tokens).reshape(World.Classes.Count, -1)), dim: -1);
    }

    private static double Accuracy(ClipModel model, Tensor pictures, Tensor texts, long[] classes, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = tensor(ImageProcessor.ClipMean.ToArray()).reshape(1, 3, 1, 1);
        Tensor deviation = tensor(ImageProcessor.ClipDeviation.ToArray()).reshape(1, 3, 1, 1);
        Tensor pixels = pictures.to(ScalarType.Float32) / 255;
        if (side != Painter.Side)
        {
            pixels = nn.functional.interpolate(pixels, [side, side], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true)
                .clamp(0, 1);
        }

        Tensor images = nn.functional.normalize(model.EncodeImage((pixels - mean) / deviation), dim: -1);
        Tensor right = images.matmul(texts.t()).argmax(1).eq(tensor(classes));
        return 100 * right.to(ScalarType.Float32).mean().ToDouble();
    }
}
