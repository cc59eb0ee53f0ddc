using Microsoft.ML.Loreal.Tests.Images;

namespace Microsoft.ML.Loreal.Tests.Robustness;

[TestClass]
public sealed class ImageMutationTests
{
    private const int MaxPixels = 1_000_000;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [Timeout(120_000)]
    [DataRow("jpeg")]
    [DataRow("png")]
    [DataRow("webp lossy")]
    [DataRow("webp lossless")]
    [DataRow("gif")]
    [DataRow("bmp")]
    [DataRow("tiff")]
    [DataRow("tiff lzw")]
    [DataRow("tga")]
    [DataRow("tga run lengths")]
    [DataRow("ppm")]
    [DataRow("pgm text")]
    [DataRow("pbm")]
    public void ADamagedPictureIsReadOrRefused(string format)
    {
        byte[] original = TestPictures.Encoded().Single(picture => picture.Name == format).Bytes;
        var decoder = new ImageDecoder(MaxPixels);
        MutationLoop.Run(
            TestContext,
            format,
            2000,
            random =>
            {
                byte[] mutant = Mutation.Of(original, random);
                using RgbImage image = decoder.Decode(mutant);
                Assert.IsTrue(
                    image.Width > 0 && image.Height > 0 && (long)image.Width * image.Height <= MaxPixels,
                    $"{image.Width} x {image.Height}");
                Assert.IsGreaterThanOrEqualTo(3 * image.Width * image.Height, image.Pixels.Length);
            },
            error => error is InvalidDataException);
    }
}
