using System.Text.Json;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Images;

[TestClass]
public sealed class ImageProcessorTests
{
    private const string Description = "preprocess/preprocess.json";

    public static IEnumerable<object[]> Files => Fixtures.Has(Description)
        ? Fixtures.Json(Description).GetProperty("files").EnumerateArray().Select(
            item => new object[] { item.GetProperty("file").GetString()! })
        : [["(missing)"]];

    public static IEnumerable<object[]> Crops => Fixtures.Has(Description)
        ? Fixtures.Json(Description).GetProperty("resized_crop").EnumerateArray().Select(
            item => new object[] { item.GetProperty("output").GetString()! })
        : [["(missing)"]];

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(Files))]
    public void ResizedAndCroppedPixelsEqualPillows(string file)
    {
        JsonElement item = Fixtures.Json(Description).GetProperty("files").EnumerateArray().Single(
            item => item.GetProperty("file").GetString() == file);
        RgbImage image = Source(file);
        int compared = 0;
        foreach (JsonProperty property in item.EnumerateObject()
            .Where(property => property.Name.StartsWith("resized_wh_", StringComparison.Ordinal)))
        {
            int size = int.Parse(property.Name["resized_wh_".Length..], CultureInfo.InvariantCulture);
            (int width, int height) = ImageProcessor.ResizedSize(image.Width, image.Height, size);
            CollectionAssert.AreEqual(Fixtures.Longs(property.Value), new long[] { width, height }, property.Name);
            string crop = Fixtures.File($"preprocess/crops/{Path.GetFileNameWithoutExtension(file)}_{size}.png");
            byte[] actual = new byte[3 * size * size];
            ImageProcessor.Clip.EvaluatePixels(image, size, actual);
            AssertPixels(Decode(crop), actual, size, Path.GetFileName(crop));
            compared++;
        }

        Assert.IsGreaterThan(0, compared);
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(Files))]
    public void NormalizedTensorsEqualTheReference(string file)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement description = Fixtures.Json(Description);
        var processor = new ImageProcessor(new ImageProcessorSettings
        {
            Mean = Singles(description.GetProperty("mean")),
            Deviation = Singles(description.GetProperty("std")),
        });
        string prefix = Path.GetFileNameWithoutExtension(file) + ".";
        foreach ((string name, Tensor expected) in Fixtures.Tensors("preprocess/preprocess.safetensors"))
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal)
                || !int.TryParse(name[prefix.Length..], CultureInfo.InvariantCulture, out int size))
            {
                continue;
            }

            float[] actual = new float[3 * size * size];
            processor.Evaluate(Source(file), size, actual);
            // The pixels are exact, so only the rounding of the arithmetic is left.
            float difference = (expected - tensor(actual, [3, size, size])).abs().max().ToSingle();
            Assert.IsLessThanOrEqualTo(1e-6f, difference, name);
        }
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(Crops))]
    public void ResizedCropsEqualTheReference(string output)
    {
        JsonElement item = Fixtures.Json(Description).GetProperty("resized_crop").EnumerateArray().Single(
            item => item.GetProperty("output").GetString() == output);
        int Number(string name) => item.GetProperty(name).GetInt32();
        RgbImage image = Source(item.GetProperty("file").GetString()!);
        int size = Number("size");
        byte[] actual = new byte[3 * size * size];
        PillowResize.Resize(
            image,
            ResampleFilter.Bicubic,
            new PixelRegion(Number("left"), Number("top"), Number("width"), Number("height")),
            size,
            size,
            new PixelRegion(0, 0, size, size),
            actual);
        if (item.GetProperty("flip").GetBoolean())
        {
            actual = Flipped(actual, size);
        }

        AssertPixels(Decode(Fixtures.File("preprocess/" + output)), actual, size, output);
    }

    /// <summary>The fixtures run on the fastest instructions of this processor; the others give the same bytes.</summary>
    [TestMethod]
    public void BothPassesGiveTheSamePixels()
    {
        if (!System.Runtime.Intrinsics.X86.Avx2.IsSupported)
        {
            Assert.Inconclusive("This processor has no AVX2.");
        }

        var random = new Random(5);
        ResampleFilter[] filters = Enum.GetValues<ResampleFilter>();
        for (int i = 0; i < 300; i++)
        {
            int imageWidth = random.Next(1, 90);
            int imageHeight = random.Next(1, 90);
            byte[] noise = new byte[3 * imageWidth * imageHeight];
            random.NextBytes(noise);
            // Black beside white makes the sums leave 0 to 255.
            byte[] pixels = i % 2 == 0 ? noise : Array.ConvertAll(noise, level => level < 128 ? (byte)0 : (byte)255);
            int left = random.Next(imageWidth);
            int top = random.Next(imageHeight);
            var source = new PixelRegion(left, top, random.Next(1, imageWidth - left + 1), random.Next(1, imageHeight - top + 1));
            (int width, int height) = i % 5 == 0 ? (source.Width, source.Height) : (random.Next(1, 120), random.Next(1, 120));
            int firstColumn = random.Next(width);
            int firstRow = random.Next(height);
            var wanted = new PixelRegion(
                firstColumn, firstRow, random.Next(1, width - firstColumn + 1), random.Next(1, height - firstRow + 1));
            byte[] expected = new byte[3 * wanted.Width * wanted.Height];
            byte[] actual = new byte[expected.Length];
            var image = new RgbImage(imageWidth, imageHeight, pixels);
            ResampleFilter filter = filters[i % filters.Length];
            PillowResize.Resize(image, filter, source, width, height, wanted, expected, avx2: false);
            PillowResize.Resize(image, filter, source, width, height, wanted, actual, avx2: true);
            CollectionAssert.AreEqual(expected, actual, $"{i}: {source} to {width} x {height}, {wanted}");
        }
    }

    [TestMethod]
    public void AugmentedViewsAreCropsOfThePictureAndRepeatWithTheSeed()
    {
        RgbImage image = Gradient(90, 60);
        var processor = new ImageProcessor(new ImageProcessorSettings { Mean = [0, 0, 0], Deviation = [1, 1, 1] });
        float[] first = new float[3 * 32 * 32];
        float[] second = new float[3 * 32 * 32];
        bool flipped = false;
        bool straight = false;
        for (int seed = 0; seed < 40; seed++)
        {
            processor.Augment(image, 32, 0.08f, new Random(seed), first);
            processor.Augment(image, 32, 0.08f, new Random(seed), second);
            CollectionAssert.AreEqual(first, second);
            // Red grows to the right and green downwards, so a view shows whether it is flipped and where it was cut out.
            flipped |= first[0] > first[31];
            straight |= first[0] < first[31];
            Assert.IsLessThan(first[(32 * 32) + (31 * 32)], first[32 * 32], $"seed {seed}: upside down");
            Assert.IsTrue(first.All(value => value is >= 0 and <= 1), $"seed {seed}: out of range");
        }

        Assert.IsTrue(flipped && straight);
    }

    [TestMethod]
    public void AViewOfTheWholeAreaIsTheWholePicture()
    {
        RgbImage image = Gradient(64, 64);
        var processor = new ImageProcessor(new ImageProcessorSettings { Mean = [0, 0, 0], Deviation = [1, 1, 1] });
        float[] view = new float[3 * 16 * 16];
        float[] whole = new float[3 * 16 * 16];
        processor.Evaluate(image, 16, whole);
        int equal = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            processor.Augment(image, 16, 1f, new Random(seed), view);
            equal += view.AsSpan().SequenceEqual(whole) ? 1 : 0;
        }

        // Ten tries seldom find a square as large as the picture, so nearly all views fall back to the whole; half of them are flipped.
        Assert.IsGreaterThan(60, equal);
        Assert.IsLessThan(140, equal);
    }

    [TestMethod]
    public void PicturesOfExtremeShapesWork()
    {
        ImageProcessor processor = ImageProcessor.Clip;
        float[] values = new float[3 * 24 * 24];
        foreach ((int width, int height) in new[] { (1, 1), (1, 5000), (5000, 1), (2, 3), (2000, 1500) })
        {
            RgbImage image = Gradient(width, height);
            processor.Evaluate(image, 24, values);
            processor.Augment(image, 24, 0.08f, new Random(1), values);
            Assert.IsTrue(values.All(float.IsFinite), $"{width} x {height}");
        }
    }

    [TestMethod]
    public void TooLittleRoomIsRefused()
    {
        ImageProcessor processor = ImageProcessor.Clip;
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => processor.Evaluate(Gradient(8, 8), 8, new float[191]));
        StringAssert.Contains(error.Message, "192");
        Assert.ThrowsExactly<ArgumentException>(() => new RgbImage(4, 4, new byte[47]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RgbImage(0, 4, new byte[47]));
    }

    private static RgbImage Gradient(int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                pixels[3 * ((y * width) + x)] = (byte)(255 * x / width);
                pixels[(3 * ((y * width) + x)) + 1] = (byte)(255 * y / height);
                pixels[(3 * ((y * width) + x)) + 2] = 77;
            }
        }

        return new RgbImage(width, height, pixels);
    }

    private static float[] Singles(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetSingle())];

    private static RgbImage Source(string file) => new ImageDecoder(long.MaxValue).Decode(Fixtures.File($"preprocess/src/{file}"));

    private static RgbImage Decode(string path)
    {
        using var image = Image.Load<Rgb24>(path);
        byte[] pixels = new byte[3 * image.Width * image.Height];
        image.CopyPixelDataTo(pixels);
        return new RgbImage(image.Width, image.Height, pixels);
    }

    private static byte[] Flipped(byte[] pixels, int size)
    {
        byte[] flipped = new byte[pixels.Length];
        for (int i = 0; i < size * size; i++)
        {
            int x = i % size;
            pixels.AsSpan(3 * i, 3).CopyTo(flipped.AsSpan(3 * (i - x + size - 1 - x)));
        }

        return flipped;
    }

    private static void AssertPixels(RgbImage expected, byte[] actual, int size, string what)
    {
        Assert.AreEqual(size, expected.Width, what);
        Assert.AreEqual(size, expected.Height, what);
        int different = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            different += actual[i] != expected.Pixels[i] ? 1 : 0;
        }

        Assert.AreEqual(0, different, $"{what}: {different} of {actual.Length} values differ");
    }
}
