using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Offline;

[TestClass]
public sealed class ImageCodecTests
{
    // A set of reference numbers without this part gives one case, which reports itself as skipped.
    public static IEnumerable<object?[]> Pictures
        => PreprocessFixtures.Pictures().DefaultIfEmpty().Select(static picture => new object?[] { picture });

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(Pictures))]
    public void ReferencePictureDecodesToItsReferencePixels(object? testCase)
    {
        var picture = Required(testCase);
        var info = Image.Identify(picture.Path);
        Assert.AreEqual((picture.Width, picture.Height), (info.Width, info.Height));

        using var image = Image.Load<Rgb24>(picture.Path);
        Assert.AreEqual((picture.Width, picture.Height), (image.Width, image.Height));
        if (picture.DecodedPath is not null)
        {
            if (info.Metadata.DecodedImageFormat!.Name == "JPEG")
            {
                StandIns.Only(typeof(Image), "its JPEG decoder rounds otherwise than libjpeg's, of which the reference pixels are.");
            }

            using var expected = Image.Load<Rgb24>(picture.DecodedPath);
            CollectionAssert.AreEqual(TestPictures.Bytes(expected), TestPictures.Bytes(image));
        }
    }

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(Pictures))]
    public void PixelTypesAgree(object? testCase)
    {
        var bytes = File.ReadAllBytes(Required(testCase).Path);
        using var rgb = Image.Load<Rgb24>(bytes);
        using var rgba = Image.Load<Rgba32>(bytes);
        using var bgra = Image.Load<Bgra32>(bytes);
        using var stripped = rgba.CloneAs<Rgb24>();
        using var swapped = bgra.CloneAs<Rgba32>();
        CollectionAssert.AreEqual(TestPictures.Bytes(rgb), TestPictures.Bytes(stripped));
        CollectionAssert.AreEqual(TestPictures.Bytes(rgba), TestPictures.Bytes(swapped));
    }

    [TestMethod]
    [DataRow(1, 1, 21, 30)]
    [DataRow(21, 30, 21, 30)]
    [DataRow(22, 30, 41, 60)]
    [DataRow(21, 31, 41, 60)]
    [DataRow(42, 60, 81, 119)]
    [DataRow(82, 119, 161, 237)]
    [DataRow(500, 500, 161, 237)]
    public void JpegIsDecodedToTheSmallestScaleThatCoversTheTarget(int targetWidth, int targetHeight, int width, int height)
    {
        using var picture = new Image<Rgb24>(161, 237, new Rgb24(90, 120, 30));
        using var stream = new MemoryStream();
        picture.SaveAsJpeg(stream);
        var options = new JpegDecoderOptions
        {
            GeneralOptions = new DecoderOptions { TargetSize = new Size(targetWidth, targetHeight) },
            ResizeMode = JpegDecoderResizeMode.IdctOnly,
        };
        stream.Position = 0;
        using var decoded = JpegDecoder.Instance.Decode<Rgb24>(options, stream);
        Assert.AreEqual((width, height), (decoded.Width, decoded.Height));
        Assert.AreEqual(90, decoded[decoded.Width / 2, decoded.Height / 2].R, 3);
    }

    [TestMethod]
    public void ResizingAfterDecodingIsNotBuiltHere()
    {
        StandIns.Only(typeof(Image), "it resizes.");
        using var picture = new Image<Rgb24>(40, 40);
        using var stream = new MemoryStream();
        picture.SaveAsJpeg(stream);
        stream.Position = 0;
        var general = new DecoderOptions { TargetSize = new Size(20, 20) };
        Assert.ThrowsExactly<NotSupportedException>(() => Image.Load<Rgb24>(general, stream.ToArray()));
        Assert.ThrowsExactly<NotSupportedException>(() => JpegDecoder.Instance.Decode<Rgb24>(new JpegDecoderOptions { GeneralOptions = general }, stream));
    }

    [TestMethod]
    public void TheJpegDecoderTakesNothingElse()
    {
        using var picture = new Image<Rgb24>(4, 4);
        using var stream = new MemoryStream();
        picture.SaveAsPng(stream);
        stream.Position = 0;
        Assert.Throws<ImageFormatException>(() => JpegDecoder.Instance.Decode<Rgb24>(new JpegDecoderOptions(), stream));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(8)]
    [DataRow(16)]
    public void GreyOfEveryDepthIsScaledToEightBits(int bitDepth)
    {
        var largest = (1 << bitDepth) - 1;
        int[] samples = [.. Enumerable.Range(0, 15).Select(index => index * 4327 % (largest + 1))];
        byte[] expected = [.. samples.SelectMany(sample => Enumerable.Repeat((byte)Math.Round(sample * 255.0 / largest), 3))];
        using var image = Image.Load<Rgb24>(HandmadePng.Create(5, 3, HandmadePng.Grey, bitDepth, samples));
        CollectionAssert.AreEqual(expected, TestPictures.Bytes(image));
    }

    [TestMethod]
    [DataRow(HandmadePng.Rgb, 3)]
    [DataRow(HandmadePng.Rgba, 4)]
    public void SixteenBitColourIsScaledToEightBits(byte colorType, int channels)
    {
        int[] samples = [.. Enumerable.Range(0, 6 * channels).Select(static index => index * 9973 % 65536)];
        byte[] expected =
            [.. samples.Chunk(channels).SelectMany(static pixel => pixel.Take(3)).Select(static sample => (byte)Math.Round(sample / 257.0))];
        using var image = Image.Load<Rgb24>(HandmadePng.Create(3, 2, colorType, 16, samples));
        CollectionAssert.AreEqual(expected, TestPictures.Bytes(image));
    }

    [TestMethod]
    public void PaletteTransparencyBecomesAlphaAndIsDroppedFromRgb()
    {
        byte[] palette = [10, 20, 30, 200, 100, 50, 7, 8, 9];
        var png = HandmadePng.Create(3, 1, HandmadePng.Palette, 2, [2, 0, 1], palette, transparency: [0, 128]);
        using var rgba = Image.Load<Rgba32>(png);
        CollectionAssert.AreEqual(new byte[] { 7, 8, 9, 255, 10, 20, 30, 0, 200, 100, 50, 128 }, TestPictures.Bytes(rgba));
        using var rgb = Image.Load<Rgb24>(png);
        CollectionAssert.AreEqual(new byte[] { 7, 8, 9, 10, 20, 30, 200, 100, 50 }, TestPictures.Bytes(rgb));
    }

    [TestMethod]
    public void InterlacedPictureEqualsThePlainOne()
    {
        const int width = 19, height = 13;
        int[] samples = [.. Enumerable.Range(0, width * height * 3).Select(static index => index * 37 % 251)];
        using var plain = Image.Load<Rgb24>(HandmadePng.Create(width, height, HandmadePng.Rgb, 8, samples));
        using var interlaced = Image.Load<Rgb24>(HandmadePng.Create(width, height, HandmadePng.Rgb, 8, samples, interlaced: true));
        CollectionAssert.AreEqual(samples.Select(static sample => (byte)sample).ToArray(), TestPictures.Bytes(plain));
        CollectionAssert.AreEqual(TestPictures.Bytes(plain), TestPictures.Bytes(interlaced));
    }

    [TestMethod]
    public void PngKeepsEveryPixelType()
    {
        AssertKept<L8>(new PngEncoder());
        AssertKept<Rgb24>(new PngEncoder());
        AssertKept<Rgba32>(new PngEncoder { CompressionLevel = PngCompressionLevel.BestSpeed });
        AssertKept<Bgra32>(new PngEncoder());
    }

    [TestMethod]
    public void LosslessWebpKeepsEveryPixelType()
    {
        var encoder = new WebpEncoder
        {
            FileFormat = WebpFileFormatType.Lossless,
            TransparentColorMode = WebpTransparentColorMode.Preserve,
        };
        AssertKept<L8>(encoder);
        AssertKept<Rgb24>(encoder);
        AssertKept<Rgba32>(encoder);
        AssertKept<Bgra32>(encoder);
    }

    [TestMethod]
    public void FirstFrameOfAnAnimationIsDecodedOnItsCanvas()
    {
        using var red = new Image<Rgba32>(2, 1, new Rgba32(255, 0, 0, 255));
        using var blue = new Image<Rgba32>(2, 1, new Rgba32(0, 0, 255, 255));
        var encoder = new WebpEncoder { FileFormat = WebpFileFormatType.Lossless };
        var animation = HandmadeWebp.Animation(
            4, 2, (2, 0, 2, 1, TestPictures.Encode(red, encoder)), (0, 0, 2, 1, TestPictures.Encode(blue, encoder)));
        using var image = Image.Load<Rgba32>(animation);
        byte[] expected = [.. new byte[8], 255, 0, 0, 255, 255, 0, 0, 255, .. new byte[16]];
        CollectionAssert.AreEqual(expected, TestPictures.Bytes(image));
        using var bgra = Image.Load<Bgra32>(animation);
        Assert.AreEqual(new Bgra32(255, 0, 0, 255), bgra[2, 0]);
    }

    [TestMethod]
    public void LossyFormatsStayCloseAndFollowTheirQuality()
    {
        Func<int, IImageEncoder>[] encoders =
        [
            static quality => new JpegEncoder { Quality = quality, ColorType = JpegEncodingColor.YCbCrRatio444 },
            static quality => new JpegEncoder { Quality = quality, ColorType = JpegEncodingColor.YCbCrRatio422 },
            static quality => new JpegEncoder { Quality = quality },
            static quality => new WebpEncoder { Quality = quality },
        ];
        using var smooth = TestPictures.Smooth();
        using var original = smooth.CloneAs<Rgb24>();
        foreach (var encoder in encoders)
        {
            var fine = TestPictures.Encode(original, encoder(95));
            var coarse = TestPictures.Encode(original, encoder(10));
            Assert.IsLessThan(fine.Length, coarse.Length);
            Assert.IsLessThan(MeanDifference(original, coarse), MeanDifference(original, fine));
            Assert.IsLessThan(3.0, MeanDifference(original, fine));
        }
    }

    [TestMethod]
    public void GreyJpegIsGrey()
    {
        using var grey = Image.Load<Rgb24>(TestPictures.Encode<L8>(new JpegEncoder { Quality = 90 }));
        using var fromColour = Image.Load<Rgb24>(TestPictures.Encode<Rgb24>(new JpegEncoder { ColorType = JpegEncodingColor.Luminance }));
        foreach (var image in new[] { grey, fromColour })
        {
            Assert.IsTrue(TestPictures.Bytes(image).Chunk(3).All(static pixel => pixel[0] == pixel[1] && pixel[1] == pixel[2]));
        }
        Assert.AreEqual(8, Image.Identify(TestPictures.Encode<L8>(new JpegEncoder { ColorType = JpegEncodingColor.Luminance })).PixelType.BitsPerPixel);
    }

    [TestMethod]
    public void FormatIsDetectedFromTheBytes()
    {
        var formats = TestPictures.Encoded().Select(static encoded => Image.DetectFormat(encoded.Bytes).DefaultMimeType).ToArray();
        CollectionAssert.AreEqual(new[] { "image/jpeg", "image/png", "image/webp", "image/webp" }, formats);
    }

    [TestMethod]
    public void StreamIsReadFromItsPosition()
    {
        var png = TestPictures.Encode<Rgb24>(new PngEncoder());
        using var stream = new MemoryStream();
        stream.Write("prefix"u8);
        stream.Write(png);
        stream.Position = 6;
        Assert.AreEqual("PNG", Image.DetectFormat(stream).Name);
        Assert.AreEqual(6, stream.Position);
        using var image = Image.Load<Rgb24>(stream);
        Assert.AreEqual(TestPictures.Width, image.Width);
    }

    [TestMethod]
    public void ExtensionChoosesTheEncoderOfAFile()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            using var image = TestPictures.Smooth();
            foreach (var (extension, format) in new[] { ("png", "PNG"), ("JPG", "JPEG"), ("webp", "Webp") })
            {
                var path = Path.Combine(folder.FullName, $"picture.{extension}");
                image.Save(path);
                Assert.AreEqual(format, Image.Identify(path).Metadata.DecodedImageFormat!.Name);
            }
            var unknown = Path.Combine(folder.FullName, "picture.xyz");
            Assert.ThrowsExactly<UnknownImageFormatException>(() => image.Save(unknown));
            Assert.IsFalse(File.Exists(unknown));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void BytesThatAreNoPictureAreOfUnknownFormat()
    {
        foreach (var bytes in new byte[][] { [0xFF], [0xFF, 0xD8], "no picture, only text"u8.ToArray(), new byte[1000] })
        {
            Assert.ThrowsExactly<UnknownImageFormatException>(() => Image.Load<Rgb24>(bytes).Dispose());
            Assert.ThrowsExactly<UnknownImageFormatException>(() => Image.Identify(bytes));
            Assert.ThrowsExactly<UnknownImageFormatException>(() => Image.DetectFormat(bytes));
        }
    }

    [TestMethod]
    public void MissingArgumentsAndFilesAreNamed()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => Image.Load<Rgb24>((string)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => Image.Load<Rgb24>((Stream)null!));
        Assert.ThrowsExactly<FileNotFoundException>(() => Image.Load<Rgb24>(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())));
        Assert.ThrowsExactly<ArgumentException>(() => new JpegEncoder { Quality = 101 });
    }

    [TestMethod]
    public void TruncatedFileIsRefused()
    {
        StandIns.Only(typeof(Image), "it takes a JPEG whose end is missing.");
        foreach (var (name, bytes) in TestPictures.Encoded())
        {
            foreach (var share in new[] { 0.1, 0.3, 0.5, 0.7, 0.9 })
            {
                var part = bytes[..(int)(bytes.Length * share)];
                var error = Assert.Throws<ImageFormatException>(() => Image.Load<Rgb24>(part).Dispose(), $"{name} cut to {share:P0}");
                Assert.IsFalse(string.IsNullOrEmpty(error.Message));
            }
        }
    }

    [TestMethod]
    public void HugeDimensionsAreRefusedBeforeMemoryIsReserved()
    {
        var jpeg = TestPictures.Encode<Rgb24>(new JpegEncoder());
        // In the frame header: marker FFC0, length, precision, then height and width.
        var frame = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        jpeg.AsSpan(frame + 5, 4).Fill(0xF0);
        var png = HandmadePng.WithoutPixels(900_000, 900_000);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.ThrowsExactly<InvalidImageContentException>(() => Image.Load<Rgb24>(jpeg).Dispose());
        Assert.ThrowsExactly<InvalidImageContentException>(() => Image.Load<Rgb24>(png).Dispose());
        Assert.IsLessThan(1L << 20, GC.GetTotalAllocatedBytes(precise: true) - before);
        Assert.AreEqual(900_000, Image.Identify(png).Width);
    }

    [TestMethod]
    public void MutatedBytesGiveAPictureOrADocumentedException()
    {
        StandIns.Only(typeof(Image), "its decoders let exceptions of other types out.");
        var random = new Random(20260);
        int decoded = 0, refused = 0;
        foreach (var (name, original) in TestPictures.Encoded())
        {
            for (var round = 0; round < 400; round++)
            {
                var mutated = Mutation.Of(original, random);
                try
                {
                    using var image = Image.Load<Rgba32>(mutated);
                    Assert.IsTrue(image.Width > 0 && image.Height > 0, name);
                    decoded++;
                }
                catch (Exception ex) when (ex is ImageFormatException or NotSupportedException)
                {
                    refused++;
                }
            }
        }
        Assert.IsGreaterThan(100, decoded);
        Assert.IsGreaterThan(100, refused);
    }

    [TestMethod]
    public void DisposedImageRefusesToGiveItsPixels()
    {
        var image = TestPictures.Smooth();
        image.Dispose();
        image.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => image[0, 0]);
        Assert.ThrowsExactly<ObjectDisposedException>(() => image.CopyPixelDataTo(new byte[TestPictures.Width * TestPictures.Height * 4]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => image.SaveAsPng(Stream.Null));
    }

    private static PreprocessPicture Required(object? testCase)
    {
        if (testCase is null)
        {
            Assert.Inconclusive("This set of reference numbers has no pictures.");
        }
        return (PreprocessPicture)testCase;
    }

    private static void AssertKept<TPixel>(IImageEncoder encoder)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        using var smooth = TestPictures.Smooth();
        using var original = smooth.CloneAs<TPixel>();
        using var kept = Image.Load<TPixel>(TestPictures.Encode(original, encoder));
        CollectionAssert.AreEqual(TestPictures.Bytes(original), TestPictures.Bytes(kept), typeof(TPixel).Name);
    }

    private static double MeanDifference(Image<Rgb24> original, byte[] encoded)
    {
        using var decoded = Image.Load<Rgb24>(encoded);
        return TestPictures.Bytes(original).Zip(TestPictures.Bytes(decoded)).Average(static pair => Math.Abs(pair.First - pair.Second));
    }
}
