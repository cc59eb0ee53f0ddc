using System.Text;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Pbm;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>Pixels as Pillow gives them, from every format; formats told by content and refused where they are not accepted.</summary>
[TestClass]
public sealed class ImageDecoderTests
{
    private static readonly ImageDecoder _decoder = new(1_000_000);

    // A set of reference numbers without this part gives one case, which reports itself as skipped.
    public static IEnumerable<object?[]> Pictures =>
        PreprocessFixtures.Pictures().DefaultIfEmpty().Select(picture => new object?[] { picture });

    public static IEnumerable<object[]> Formats => TestPictures.Encoded().Select(picture => new object[] { picture.Name });

    [TestMethod]
    [TestCategory(Fixtures.Category)]
    [DynamicData(nameof(Pictures))]
    public void ReferencePicturesHaveTheirReferencePixels(object? testCase)
    {
        if (testCase is not PreprocessPicture picture)
        {
            Assert.Inconclusive("This set of reference numbers has no pictures.");
            return;
        }

        using RgbImage image = _decoder.Decode(picture.Path);
        Assert.AreEqual((picture.Width, picture.Height), (image.Width, image.Height));
        using var expected = Image.Load<Rgb24>(picture.DecodedPath ?? picture.Path);
        CollectionAssert.AreEqual(TestPictures.Bytes(expected), Pixels(image));
        using RgbImage fromBytes = _decoder.Decode(File.ReadAllBytes(picture.Path));
        CollectionAssert.AreEqual(Pixels(image), Pixels(fromBytes));
    }

    [TestMethod]
    public void LosslessFormatsKeepEveryPixel()
    {
        IImageEncoder[] encoders =
        [
            new PngEncoder(),
            new PngEncoder { InterlaceMethod = PngInterlaceMode.Adam7 },
            new WebpEncoder { FileFormat = WebpFileFormatType.Lossless },
            new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel24 },
            new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel32 },
            new TiffEncoder(),
            new TiffEncoder { Compression = SixLabors.ImageSharp.Formats.Tiff.Constants.TiffCompression.Deflate },
            new TgaEncoder(),
            new TgaEncoder { Compression = TgaCompression.RunLength },
            new PbmEncoder { ColorType = PbmColorType.Rgb }, new PbmEncoder { ColorType = PbmColorType.Rgb, Encoding = PbmEncoding.Plain },
        ];
        using Image<Rgba32> smooth = TestPictures.Smooth();
        // Levels that are blanks in a text, at the beginning: a decoder must not skip them.
        smooth[0, 0] = new Rgba32(10, 32, 9, 255);
        using Image<Rgb24> original = smooth.CloneAs<Rgb24>();
        foreach (IImageEncoder encoder in encoders)
        {
            using RgbImage image = _decoder.Decode(TestPictures.Encode(original, encoder));
            CollectionAssert.AreEqual(TestPictures.Bytes(original), Pixels(image), encoder.GetType().Name);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(8)]
    [DataRow(16)]
    public void GrayOfEveryDepthBecomesEightBits(int bitDepth)
    {
        int largest = (1 << bitDepth) - 1;
        int[] samples = [.. Enumerable.Range(0, 15).Select(index => index * 4327 % (largest + 1))];
        // Of 16 bits Pillow takes the higher byte.
        byte[] expected =
            [.. samples.SelectMany(sample => Enumerable.Repeat((byte)(bitDepth == 16 ? sample >> 8 : sample * 255 / largest), 3))];
        using RgbImage image = _decoder.Decode(HandmadePng.Create(5, 3, HandmadePng.Gray, bitDepth, samples));
        CollectionAssert.AreEqual(expected, Pixels(image));
    }

    [TestMethod]
    [DataRow(HandmadePng.Rgb, 3)]
    [DataRow(HandmadePng.Rgba, 4)]
    public void OfSixteenBitColorTheHigherByteIsTaken(byte colorType, int channels)
    {
        int[] samples = [.. Enumerable.Range(1, 6 * channels).Select(index => index * 9973 % 65536)];
        byte[] expected = [.. samples.Chunk(channels).SelectMany(pixel => pixel.Take(3)).Select(sample => (byte)(sample >> 8))];
        using RgbImage image = _decoder.Decode(HandmadePng.Create(3, 2, colorType, 16, samples));
        CollectionAssert.AreEqual(expected, Pixels(image));
    }

    [TestMethod]
    public void APalettesTransparencyIsDropped()
    {
        byte[] palette = [10, 20, 30, 200, 100, 50, 7, 8, 9];
        byte[] png = HandmadePng.Create(3, 1, HandmadePng.Palette, 2, [2, 0, 1], palette, transparency: [1, 128]);
        using RgbImage image = _decoder.Decode(png);
        CollectionAssert.AreEqual(new byte[] { 7, 8, 9, 10, 20, 30, 200, 100, 50 }, Pixels(image));
    }

    [TestMethod]
    public void AnInterlacedPictureEqualsThePlainOne()
    {
        const int Width = 19, Height = 13;
        int[] samples = [.. Enumerable.Range(0, Width * Height * 3).Select(index => index * 37 % 251)];
        using RgbImage plain = _decoder.Decode(HandmadePng.Create(Width, Height, HandmadePng.Rgb, 8, samples));
        using RgbImage interlaced = _decoder.Decode(HandmadePng.Create(Width, Height, HandmadePng.Rgb, 8, samples, interlaced: true));
        CollectionAssert.AreEqual(samples.Select(sample => (byte)sample).ToArray(), Pixels(plain));
        CollectionAssert.AreEqual(Pixels(plain), Pixels(interlaced));
    }

    [TestMethod]
    public void AColorProfileAndGammaChangeNothing()
    {
        byte[] png = TestPictures.Encode<Rgb24>(new PngEncoder());
        byte[] darker = TestPictures.Encode<Rgb24>(new PngEncoder { Gamma = 1f });
        Assert.AreNotEqual(png.Length, darker.Length);
        using RgbImage plain = _decoder.Decode(png);
        using RgbImage same = _decoder.Decode(darker);
        CollectionAssert.AreEqual(Pixels(plain), Pixels(same));
    }

    [TestMethod]
    public void TheFirstFrameIsDecodedOnItsCanvas()
    {
        using var red = new Image<Rgba32>(2, 1, new Rgba32(255, 0, 0, 255));
        using var blue = new Image<Rgba32>(2, 1, new Rgba32(0, 0, 255, 255));
        var encoder = new WebpEncoder { FileFormat = WebpFileFormatType.Lossless };
        using RgbImage webp = _decoder.Decode(
            HandmadeWebp.Animation(
                4, 2, (2, 0, 2, 1, TestPictures.Encode(red, encoder)), (0, 0, 2, 1, TestPictures.Encode(blue, encoder))));
        CollectionAssert.AreEqual(new byte[] { 0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, Pixels(webp));
        red.Frames.AddFrame(blue.Frames.RootFrame);
        using RgbImage gif = _decoder.Decode(TestPictures.Encode(red, new GifEncoder()));
        CollectionAssert.AreEqual(new byte[] { 255, 0, 0, 255, 0, 0 }, Pixels(gif));
    }

    [TestMethod]
    [DataRow("P1 3 2 # bits\n1 0 1 010", new byte[] { 0, 255, 0, 255, 0, 255 })]
    [DataRow("P2\n3 1\n15\n0 7 15", new byte[] { 0, 119, 255 })]
    [DataRow("P2\n1 1\n65535\n32896\n", new byte[] { 128 })]
    public void NetpbmTextsAreScaledToEightBits(string text, byte[] gray)
    {
        using RgbImage image = _decoder.Decode(Encoding.ASCII.GetBytes(text));
        CollectionAssert.AreEqual(gray.SelectMany(level => Enumerable.Repeat(level, 3)).ToArray(), Pixels(image));
    }

    [TestMethod]
    [DataRow("2147483648")]
    [DataRow("99999999999999999999")]
    public void ANumberThatIsTooLargeIsSaidToBe(string width) =>
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => _decoder.Decode(Encoding.ASCII.GetBytes($"P6 {width} 1 255\nabc"))).Message,
            "number that is too large");

    [TestMethod]
    [DynamicData(nameof(Formats))]
    public void TheFormatIsToldByTheContentAndRefusedWhereItIsNotAccepted(string name)
    {
        byte[] file = TestPictures.Encoded().Single(picture => picture.Name == name).Bytes;
        ImageFormats expected = name.Split(' ')[0] switch
        {
            "jpeg" => ImageFormats.Jpeg,
            "png" => ImageFormats.Png,
            "webp" => ImageFormats.WebP,
            "gif" => ImageFormats.Gif,
            "bmp" => ImageFormats.Bmp,
            "tiff" => ImageFormats.Tiff,
            "tga" => ImageFormats.Tga,
            _ => ImageFormats.Pbm,
        };
        using RgbImage alone = new ImageDecoder(1_000_000, formats: expected).Decode(file);
        Assert.AreEqual((TestPictures.Width, TestPictures.Height), (alone.Width, alone.Height));
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => new ImageDecoder(1_000_000, formats: ImageFormats.All & ~expected).Decode(file));
        StringAssert.Contains(
            error.Message, name[..3].ToUpperInvariant() switch { "JPE" => "JPEG", "WEB" => "WebP", "TIF" => "TIFF", var other => other });
        StringAssert.Contains(error.Message, $"ImageFormats accepts {ImageFormats.All & ~expected}");
    }

    [TestMethod]
    [DataRow(new byte[] { 0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 0, 0, 0, 0, 0, 0 }, "ICO")]
    [DataRow(new byte[] { 0, 0, 0, 28, 102, 116, 121, 112, 97, 118, 105, 102, 0, 0, 0, 0, 0, 0, 0, 0 }, "AVIF")]
    [DataRow(new byte[] { 0xFF, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, "JPEG XL")]
    [DataRow(new byte[] { 0xAB, 0xCD, 1 }, "ABCD01")]
    public void WhatIsNotReadIsNamedWithWhatIs(byte[] file, string name)
    {
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => _decoder.Decode(file));
        StringAssert.Contains(error.Message, name);
        StringAssert.Contains(error.Message, $"ImageFormats accepts {ImageFormats.All}");
    }

    [TestMethod]
    public void HugeDimensionsAreRefusedBeforeMemoryIsReserved()
    {
        byte[] jpeg = TestPictures.Encode<Rgb24>(new JpegEncoder());
        // In the frame header: marker FFC0, length, precision, then height and width.
        jpeg.AsSpan(jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]) + 5, 4).Fill(0xF0);
        byte[] bmp = TestPictures.Encode<Rgb24>(new BmpEncoder());
        BitConverter.TryWriteBytes(bmp.AsSpan(18), 60_000);
        BitConverter.TryWriteBytes(bmp.AsSpan(22), 60_000);
        byte[] ppm = Encoding.ASCII.GetBytes("P6 60000 60000 255\n");
        byte[] tga = TestPictures.Encode<Rgb24>(new TgaEncoder { Compression = TgaCompression.RunLength });
        tga.AsSpan(12, 4).Fill(0xF0);
        foreach (byte[] file in new[] { jpeg, HandmadePng.WithoutPixels(900_000, 900_000), bmp, ppm, tga })
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Assert.ThrowsExactly<InvalidDataException>(() => new ImageDecoder(178_000_000).Decode(file));
            Assert.IsLessThan(1L << 20, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
    }

    [TestMethod]
    [DataRow(6, HandmadeTiff.Short, false)]
    [DataRow(7, HandmadeTiff.Short, false)]
    [DataRow(7, HandmadeTiff.Long, true)]
    public void ATiffCompressedAsJpegIsRefused(int compression, int type, bool bigEndian)
    {
        byte[] tiff = HandmadeTiff.Create(8, 8, (ushort)compression, (ushort)type, bigEndian);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => _decoder.Decode(tiff)).Message, "compressed as JPEG");
    }

    [TestMethod]
    public void ATiffWhoseStripIsTooShortForItsPixelsIsRefused()
    {
        using (RgbImage image = _decoder.Decode(HandmadeTiff.Create(8, 8, compression: 1)))
        {
            Assert.AreEqual((8, 8), (image.Width, image.Height));
        }

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(
                () => _decoder.Decode(HandmadeTiff.Create(8, 8, compression: 1, stripLength: 63))).Message,
            "ends before its picture does");
    }

    /// <summary>Values of a page may stand apart, not in the same bytes.</summary>
    [TestMethod]
    public void ATiffWhoseValuesLieOverEachOtherIsRefused()
    {
        const int Shared = 1 << 12;
        byte[] apart = HandmadeTiff.Create(8, 8, compression: 1, values: 1, valueLength: Shared);
        using (RgbImage image = _decoder.Decode(apart))
        {
            Assert.AreEqual((8, 8), (image.Width, image.Height));
        }

        byte[] over = HandmadeTiff.Create(8, 8, compression: 1, values: 3, valueLength: Shared);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => _decoder.Decode(over)).Message, "lie over each other");
    }

    /// <summary>A program that cannot decode at all must not look like one whose images are all damaged.</summary>
    [TestMethod]
    public void ADecoderThatDoesNotLoadIsNoDamagedImage()
    {
        var missing = new DllNotFoundException("Unable to load shared library 'libSkiaSharp'.");
        Exception[] causes =
            [missing, new TypeInitializationException("SkiaSharp.SKObject", missing), new MissingMethodException("SKCodec.GetPixels")];
        foreach (Exception cause in causes)
        {
            InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() => ImageDecoder.Guard(() => throw cause));
            StringAssert.Contains(error.Message, cause.GetBaseException().Message);
            StringAssert.Contains(error.Message, "SkiaSharp.NativeAssets");
            Assert.AreSame(cause, error.InnerException);
        }

        Assert.IsFalse(ImageDecoder.IsOfTheImage(new MissingMethodException("Image.Load")), "a rare format's decoder must pass it on too");
        InvalidDataException damaged = Assert.ThrowsExactly<InvalidDataException>(
            () => ImageDecoder.Guard(() => throw new FormatException("odd")));
        Assert.AreEqual("odd", damaged.Message);
    }

    [TestMethod]
    public void SeveralThreadsDecodeAtOnce()
    {
        (string Name, byte[] Bytes)[] files = [.. TestPictures.Encoded()];
        byte[][] expected = [.. files.Select(file => Digest(file.Bytes))];
        Parallel.For(
            0,
            200,
            i =>
                CollectionAssert.AreEqual(expected[i % files.Length], Digest(files[i % files.Length].Bytes), files[i % files.Length].Name));
    }

    private static byte[] Digest(byte[] file)
    {
        using RgbImage image = _decoder.Decode(file);
        return image.Digest();
    }

    private static byte[] Pixels(RgbImage image) => image.Pixels[..(3 * image.Width * image.Height)];
}
