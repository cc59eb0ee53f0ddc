using Microsoft.ML.Data;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Offline;

[TestClass]
public sealed class MLImageTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void DecodedPixelsAreBgraWithFullAlpha()
    {
        var png = TestPictures.Encode<Rgb24>(new PngEncoder());
        using var expected = Image.Load<Bgra32>(png);
        using var image = MLImage.CreateFromStream(new MemoryStream(png));
        Assert.AreEqual((TestPictures.Width, TestPictures.Height, 32), (image.Width, image.Height, image.BitsPerPixel));
        Assert.AreEqual(MLPixelFormat.Bgra32, image.PixelFormat);
        CollectionAssert.AreEqual(TestPictures.Bytes(expected), image.Pixels.ToArray());
    }

    [TestMethod]
    public void ColoursAreMultipliedByAlphaAndGivenBackWithoutIt()
    {
        using var picture = new Image<Rgba32>(3, 1);
        picture[0, 0] = new Rgba32(200, 100, 50, 255);
        picture[1, 0] = new Rgba32(200, 100, 50, 102);
        picture[2, 0] = new Rgba32(200, 100, 50, 0);
        using var image = MLImage.CreateFromStream(new MemoryStream(TestPictures.Encode(picture, new PngEncoder())));
        CollectionAssert.AreEqual(new byte[] { 50, 100, 200, 255, 20, 40, 80, 102, 0, 0, 0, 0 }, image.Pixels.ToArray());
        CollectionAssert.AreEqual(new byte[] { 50, 100, 200, 50, 100, 200, 0, 0, 0 }, image.GetBGRPixels);
    }

    [TestMethod]
    [DataRow(MLPixelFormat.Bgra32, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [DataRow(MLPixelFormat.Rgba32, new byte[] { 3, 2, 1, 6, 5, 4 })]
    public void PixelsAreKeptInTheGivenOrder(MLPixelFormat format, byte[] blueGreenRed)
    {
        byte[] pixels = [1, 2, 3, 255, 4, 5, 6, 255];
        using var image = MLImage.CreateFromPixels(2, 1, format, pixels);
        Assert.AreEqual(format, image.PixelFormat);
        CollectionAssert.AreEqual(pixels, image.Pixels.ToArray());
        CollectionAssert.AreEqual(blueGreenRed, image.GetBGRPixels);
    }

    [TestMethod]
    public void WrongPixelsAreRefused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => MLImage.CreateFromPixels(1, 1, MLPixelFormat.Unknown, new byte[4]));
        Assert.ThrowsExactly<ArgumentException>(() => MLImage.CreateFromPixels(0, 1, MLPixelFormat.Bgra32, []));
        Assert.ThrowsExactly<ArgumentException>(() => MLImage.CreateFromPixels(1, -1, MLPixelFormat.Bgra32, []));
        Assert.ThrowsExactly<ArgumentException>(() => MLImage.CreateFromPixels(2, 2, MLPixelFormat.Bgra32, new byte[15]));
    }

    [TestMethod]
    public void WhatIsNoPictureIsAnArgumentError()
    {
        var file = Path.Combine(_folder, "text.png");
        File.WriteAllText(file, "no picture");
        Assert.ThrowsExactly<ArgumentNullException>(() => MLImage.CreateFromFile(null));
        Assert.ThrowsExactly<ArgumentNullException>(() => MLImage.CreateFromStream(null));
        Assert.AreEqual("imagePath", Assert.ThrowsExactly<ArgumentException>(() => MLImage.CreateFromFile(file)).ParamName);
        Assert.AreEqual(
            "imagePath", Assert.ThrowsExactly<ArgumentException>(() => MLImage.CreateFromFile(Path.Combine(_folder, "absent.png"))).ParamName);
        foreach (var (name, bytes) in TestPictures.Encoded())
        {
            // Cut within its header: of a picture that breaks off later SkiaSharp, behind the real package, shows as much as there is.
            var cut = new MemoryStream(bytes, 0, 12);
            Assert.AreEqual("imageStream", Assert.ThrowsExactly<ArgumentException>(() => MLImage.CreateFromStream(cut), name).ParamName);
        }
    }

    [TestMethod]
    public void SavedFileHasTheFormatOfItsExtension()
    {
        using var image = MLImage.CreateFromStream(
            new MemoryStream(TestPictures.Encode<Rgb24>(new WebpEncoder { FileFormat = WebpFileFormatType.Lossless })));
        foreach (var (extension, format, exact) in new[] { (".png", "PNG", true), (".webp", "Webp", true), (".JPG", "JPEG", false) })
        {
            var path = Path.Combine(_folder, "saved" + extension);
            image.Save(path);
            Assert.AreEqual(format, Image.DetectFormat(path).Name);
            using var again = MLImage.CreateFromFile(path);
            Assert.AreEqual(exact, image.Pixels.SequenceEqual(again.Pixels), extension);
        }
        Assert.ThrowsExactly<ArgumentException>(() => image.Save(Path.Combine(_folder, "saved.xyz")));
        Assert.ThrowsExactly<ArgumentException>(() => image.Save(Path.Combine(_folder, "saved.gif")));
        Assert.HasCount(3, Directory.GetFiles(_folder));
    }

    [TestMethod]
    public void DisposedImageRefusesEverything()
    {
        var image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Rgba32, new byte[4]);
        image.Tag = "tag";
        Assert.AreEqual("tag", image.Tag);
        image.Dispose();
        image.Dispose();
        Action[] uses =
        [
            () => _ = image.Width,
            () => _ = image.Height,
            () => _ = image.BitsPerPixel,
            () => _ = image.PixelFormat,
            () => _ = image.Pixels.Length,
            () => _ = image.GetBGRPixels,
            () => _ = image.Tag,
            () => image.Tag = "other",
            () => image.Save(Path.Combine(_folder, "disposed.png")),
        ];
        foreach (var use in uses)
        {
            Assert.ThrowsExactly<InvalidOperationException>(use);
        }
    }
}
