using System.Security.Cryptography;

namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>The filters against Pillow 9.4: the SHA-256 of what it makes of a picture of a formula.</summary>
[TestClass]
public sealed class ResampleFilterTests
{
    [TestMethod]
    [DataRow(23, 17, 9, 7, ResampleFilter.Lanczos, "0328a4d453d38611")]
    [DataRow(23, 17, 9, 7, ResampleFilter.Bilinear, "182235b11ffbde84")]
    [DataRow(23, 17, 9, 7, ResampleFilter.Bicubic, "a6bac3486908f583")]
    [DataRow(23, 17, 9, 7, ResampleFilter.Box, "dffd72ae5ad8e82f")]
    [DataRow(23, 17, 9, 7, ResampleFilter.Hamming, "a90f15e029b0d0fd")]
    [DataRow(5, 4, 12, 10, ResampleFilter.Lanczos, "e208d0aae0cf02df")]
    [DataRow(5, 4, 12, 10, ResampleFilter.Bilinear, "5acb2d4ac3228ab7")]
    [DataRow(5, 4, 12, 10, ResampleFilter.Bicubic, "39cf837751a74516")]
    [DataRow(5, 4, 12, 10, ResampleFilter.Box, "56a813924141f3b0")]
    [DataRow(5, 4, 12, 10, ResampleFilter.Hamming, "f8684e21fc221a6c")]
    [DataRow(40, 11, 13, 11, ResampleFilter.Lanczos, "10be5013b7852de4")]
    [DataRow(40, 11, 13, 11, ResampleFilter.Bilinear, "0eefc90e0599eaa6")]
    [DataRow(40, 11, 13, 11, ResampleFilter.Bicubic, "d8b5bab8c8640751")]
    [DataRow(40, 11, 13, 11, ResampleFilter.Box, "954e2e64d78d89a6")]
    [DataRow(40, 11, 13, 11, ResampleFilter.Hamming, "909009a7cba284b1")]
    public void EveryFilterGivesPillowsBytes(int width, int height, int newWidth, int newHeight, object filter, string expected)
    {
        RgbImage image = Formula(width, height);
        byte[] pixels = new byte[3 * newWidth * newHeight];
        PillowResize.Resize(
            image,
            (ResampleFilter)filter,
            new PixelRegion(0, 0, width, height),
            newWidth,
            newHeight,
            new PixelRegion(0, 0, newWidth, newHeight),
            pixels);
        Assert.AreEqual(expected, Convert.ToHexStringLower(SHA256.HashData(pixels))[..expected.Length]);
    }

    /// <summary>The picture that Pillow was given.</summary>
    internal static RgbImage Formula(int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int at = 3 * ((y * width) + x);
                pixels[at] = (byte)((x * x * 7) + (y * 13));
                pixels[at + 1] = (byte)((x * 29) + (y * y * 3));
                pixels[at + 2] = ((x / 3) + (y / 2)) % 2 == 0 ? (byte)0 : (byte)255;
            }
        }

        return new RgbImage(width, height, pixels);
    }
}
