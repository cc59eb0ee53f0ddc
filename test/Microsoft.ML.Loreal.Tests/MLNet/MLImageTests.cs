using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Tests.Images;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.MLNet;

[TestClass]
public sealed class MLImageTests
{
    [TestMethod]
    public void DecodedPixelsAreBgraWithFullAlpha()
    {
        byte[] png = TestPictures.Encode<Rgb24>(new PngEncoder());
        using var expected = Image.Load<Bgra32>(png);
        using var image = MLImage.CreateFromStream(new MemoryStream(png));
        Assert.AreEqual((TestPictures.Width, TestPictures.Height, 32), (image.Width, image.Height, image.BitsPerPixel));
        Assert.AreEqual(MLPixelFormat.Bgra32, image.PixelFormat);
        CollectionAssert.AreEqual(TestPictures.Bytes(expected), image.Pixels.ToArray());
    }

    [TestMethod]
    public void ColorsAreMultipliedByAlphaAndGivenBackWithoutIt()
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
}
