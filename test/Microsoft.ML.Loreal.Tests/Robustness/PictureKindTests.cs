using System.Text;
using Microsoft.ML.Loreal.Tests.Images;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>The kinds of pictures that are easily read wrongly: each gives the colors that it shows, or is refused.</summary>
[TestClass]
public sealed class PictureKindTests
{
    // 8 x 8 pixels of one color as Adobe's programs write four inks: inverted.
    private const string FourInks =
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/E"
        + "ABQAAQAAAAAAAAAAAAAAAAAAAAr/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oADgRDAE0AWQBLAAA/AEgB3jvn8P/Z";

    private static readonly ImageDecoder _decoder = new(1_000_000);

    [TestMethod]
    public void InksBecomeColors()
    {
        RgbImage image = Decode(Convert.FromBase64String(FourInks));
        Assert.AreEqual((8, 8), (image.Width, image.Height));
        for (int i = 0; i < image.Pixels.Length; i += 3)
        {
            Assert.AreEqual(200, image.Pixels[i], 3);
            Assert.AreEqual(30, image.Pixels[i + 1], 3);
            Assert.AreEqual(60, image.Pixels[i + 2], 3);
        }
    }

    [TestMethod]
    public void SixteenBitsAreScaledToEight()
    {
        RgbImage image = Decode(HandmadePng.Create(2, 1, HandmadePng.Rgb, 16, [65535, 32896, 0, 257, 514, 65278]));
        CollectionAssert.AreEqual(new byte[] { 255, 128, 0, 1, 2, 254 }, image.Pixels);
    }

    [TestMethod]
    public void AlphaIsDroppedAndTheColorKeptWhereAnythingIsSeen()
    {
        RgbImage image = Decode(HandmadePng.Create(3, 1, HandmadePng.Rgba, 8, [200, 100, 50, 1, 10, 20, 30, 128, 200, 100, 50, 0]));
        CollectionAssert.AreEqual(new byte[] { 200, 100, 50, 10, 20, 30, 0, 0, 0 }, image.Pixels);
    }

    [TestMethod]
    public void TheFirstFrameOfAnAnimationCounts()
    {
        var encoder = new WebpEncoder { FileFormat = WebpFileFormatType.Lossless };
        using var red = new Image<Rgba32>(2, 2, new Rgba32(255, 0, 0, 255));
        using var blue = new Image<Rgba32>(2, 2, new Rgba32(0, 0, 255, 255));
        RgbImage image = Decode(
            HandmadeWebp.Animation(
                2, 2, (0, 0, 2, 2, TestPictures.Encode(red, encoder)), (0, 0, 2, 2, TestPictures.Encode(blue, encoder))));
        CollectionAssert.AreEqual(new byte[] { 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0 }, image.Pixels);
    }

    [TestMethod]
    public void AnExifRotationIsNotApplied()
    {
        byte[] jpeg = TestPictures.Encode<Rgb24>(new JpegEncoder { Quality = 90 });
        // APP1 behind the start of the image: Exif, a big-endian TIFF with one entry, orientation 6 (turn by 90 degrees).
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
        ];
        RgbImage plain = Decode(jpeg);
        RgbImage turned = Decode([.. jpeg[..2], .. exif, .. jpeg[2..]]);
        Assert.AreEqual((TestPictures.Width, TestPictures.Height), (turned.Width, turned.Height));
        CollectionAssert.AreEqual(plain.Pixels, turned.Pixels);
    }

    [TestMethod]
    public void WhatIsNoKnownFormatIsRefused()
    {
        string[] texts =
            ["<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "%PDF-1.7\n", "plain text", "\0\0\0\0\0\0\0\0\0\0\0\0"];
        foreach (string text in texts)
        {
            InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => Decode(Encoding.ASCII.GetBytes(text)));
            Assert.IsFalse(string.IsNullOrWhiteSpace(error.Message));
        }
    }

    [TestMethod]
    public void PixelsUpToTheLimitAreDecodedAndOneMoreIsRefused()
    {
        byte[] png = TestPictures.Encode<Rgb24>(new PngEncoder());
        const int Pixels = TestPictures.Width * TestPictures.Height;
        using RgbImage image = new ImageDecoder(Pixels).Decode(png);
        Assert.AreEqual(TestPictures.Width, image.Width);
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => new ImageDecoder(Pixels - 1).Decode(png));
        StringAssert.Contains(
            error.Message,
            $"{TestPictures.Width} x {TestPictures.Height} = {Pixels} pixels, more than MaximumPixels allows ({Pixels - 1})");
    }

    /// <summary>The picture with pixels of its own, no longer than it is.</summary>
    private static RgbImage Decode(byte[] file)
    {
        using RgbImage image = _decoder.Decode(file);
        return new RgbImage(image.Width, image.Height, image.Pixels[..(3 * image.Width * image.Height)]);
    }
}
