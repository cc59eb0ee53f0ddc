using Microsoft.ML.Data;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>JPEG files that are decoded straight to a reduced size.</summary>
[TestClass]
public sealed class ReducedDecodingTests
{
    private const int Side = 24;

    public static IEnumerable<object[]> Photos => Images.PreprocessFixtures.Pictures()
        .Where(picture => picture.Name.EndsWith(".jpg", StringComparison.Ordinal) && Math.Min(picture.Width, picture.Height) >= 96)
        .Select(picture => new object[] { picture.Name })
        .DefaultIfEmpty(["(missing)"]);

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(Photos))]
    public void PhotographsStayWithinTheStatedTolerance(string file)
    {
        string path = Fixtures.File($"preprocess/src/{file}");
        using RgbImage whole = new ImageDecoder(long.MaxValue).Decode(path);

        // Of the half, a quarter.
        int side = Math.Min(whole.Width, whole.Height) / 8;
        using RgbImage reduced = new ImageDecoder(long.MaxValue, side).Decode(path);
        Assert.AreEqual(((whole.Width + 1) / 2, (whole.Height + 1) / 2), (reduced.Width, reduced.Height));
        Assert.AreEqual((whole.Width, whole.Height), (reduced.FullWidth, reduced.FullHeight));
        AssertClose(whole, reduced, side);
    }

    [TestMethod]
    [DataRow(95, 300, 8)]
    [DataRow(300, 190, 8)]
    [DataRow(300, 191, 4)]
    [DataRow(300, 380, 4)]
    [DataRow(381, 400, 2)]
    [DataRow(900, 760, 2)]
    [DataRow(900, 761, 1)]
    [DataRow(3000, 2000, 1)]
    public void OnlyAsMuchIsReducedAsKeepsFourTimesTheSide(int width, int height, int eighths)
    {
        byte[] file = Jpeg(width, height);
        using RgbImage image = new ImageDecoder(long.MaxValue, Side).Decode(file);
        Assert.AreEqual((((width * eighths) + 7) / 8, ((height * eighths) + 7) / 8), (image.Width, image.Height));
        Assert.AreEqual((width, height), (image.FullWidth, image.FullHeight));
        using RgbImage whole = new ImageDecoder(long.MaxValue).Decode(file);
        Assert.AreEqual((width, height), (whole.Width, whole.Height));
        AssertClose(whole, image, Side);
    }

    [TestMethod]
    public void OtherFormatsAndSmallPhotographsAreWhole()
    {
        using var stream = new MemoryStream();
        using (Image<Rgb24> picture = Picture(400, 400))
        {
            picture.SaveAsPng(stream);
        }

        using RgbImage png = new ImageDecoder(long.MaxValue, Side).Decode(stream.ToArray());
        Assert.AreEqual((400, 400), (png.Width, png.Height));
        byte[] small = Jpeg(150, 90);
        using RgbImage whole = new ImageDecoder(long.MaxValue).Decode(small);
        using RgbImage same = new ImageDecoder(long.MaxValue, Side).Decode(small);
        CollectionAssert.AreEqual(whole.Pixels.AsSpan(0, 3 * 150 * 90).ToArray(), same.Pixels.AsSpan(0, 3 * 150 * 90).ToArray());
    }

    [TestMethod]
    public void DamagedPhotographsAreFoundAsEver()
    {
        byte[] file = Jpeg(600, 400);
        Assert.ThrowsExactly<InvalidDataException>(() => new ImageDecoder(long.MaxValue, Side).Decode(file[..(file.Length / 2)]));
    }

    [TestMethod]
    public void TheLimitOfPixelsIsKeptAsEver()
    {
        byte[] file = Jpeg(600, 400);
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => new ImageDecoder(239_999, Side).Decode(file));
        StringAssert.Contains(error.Message, "600 x 400");
    }

    [TestMethod]
    public void TheTransformerDoesItWhenAskedAndSavesThat()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        File.WriteAllBytes(folder["photo.jpg"], Jpeg(800, 600));
        IDataView data = ml.Data.LoadFromEnumerable(
            [new Photo { ImagePath = folder["photo.jpg"], FileName = "photo.jpg", Features = [1] }]);
        data = ml.Transforms.CopyColumns("Image", "ImagePath").Fit(data).Transform(data);
        ml.Model.Save(Trained.Loreal, data.Schema, folder["whole.zip"]);
        using var transformer = (LorealTransformer)ml.Model.Load(folder["whole.zip"], out _);
        Assert.IsFalse(transformer.ReducedScaleDecoding);
        float[] whole = Rows.Scores(transformer.Transform(data))[0];
        transformer.ReducedScaleDecoding = true;
        float[] reduced = Rows.Scores(transformer.Transform(data))[0];
        CollectionAssert.AreNotEqual(whole, reduced);
        for (int i = 0; i < whole.Length; i++)
        {
            Assert.AreEqual(whole[i], reduced[i], 0.05f);
        }

        ml.Model.Save(transformer, data.Schema, folder["reduced.zip"]);
        using var reloaded = (LorealTransformer)ml.Model.Load(folder["reduced.zip"], out _);
        Assert.IsTrue(reloaded.ReducedScaleDecoding);
        CollectionAssert.AreEqual(reduced, Rows.Scores(reloaded.Transform(data))[0]);
    }

    [TestMethod]
    public void TheTrainersOptionIsTheTransformers()
    {
        LorealTrainer.Options options = Trained.Options();
        options.Method = PromptMethod.Template();
        options.Attributes = null;
        options.ReducedScaleDecoding = true;
        var ml = new MLContext(1);
        using LorealTransformer transformer = ml.MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(ml));
        Assert.IsTrue(transformer.ReducedScaleDecoding);
    }

    private static void AssertClose(RgbImage whole, RgbImage reduced, int side)
    {
        byte[] expected = new byte[3 * side * side];
        byte[] actual = new byte[expected.Length];
        ImageProcessor.Clip.EvaluatePixels(whole, side, expected);
        ImageProcessor.Clip.EvaluatePixels(reduced, side, actual);
        int[] differences = [.. expected.Zip(actual, (a, b) => Math.Abs(a - b))];
        Assert.IsLessThanOrEqualTo(33, differences.Max());
        Assert.IsLessThanOrEqualTo(4.2, differences.Average());
    }

    private static byte[] Jpeg(int width, int height)
    {
        using var stream = new MemoryStream();
        using Image<Rgb24> picture = Picture(width, height);
        picture.SaveAsJpeg(stream, new JpegEncoder { Quality = 90 });
        return stream.ToArray();
    }

    /// <summary>Slopes, a disc with an edge, and grain.</summary>
    private static Image<Rgb24> Picture(int width, int height)
    {
        var random = new Random(3);
        var pixels = new Rgb24[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            double x = (double)(i % width) / width;
            double y = (double)(i / width) / height;
            int light = ((x - 0.4) * (x - 0.4)) + ((y - 0.6) * (y - 0.6)) < 0.06 ? 70 : 0;
            byte Level(double slope) => (byte)Math.Clamp((120 * slope) + light + random.Next(20), 0, 255);
            pixels[i] = new Rgb24(Level(x), Level(y), Level(1 - x));
        }

        return Image.LoadPixelData<Rgb24>(pixels, width, height);
    }
}
