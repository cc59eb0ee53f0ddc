using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>A file that ends early is refused wherever it was cut; one that lacks only what follows its pixels is not.</summary>
[TestClass]
public sealed class TruncatedImageTests
{
    private const string Text = "pgm text";

    private static readonly ImageDecoder _decoder = new(1_000_000);

    public static IEnumerable<object[]> Formats =>
        TestPictures.Encoded().Where(picture => picture.Name != Text).Select(picture => new object[] { picture.Name });

    public static IEnumerable<object[]> Jpegs =>
    [
        ["baseline", TestPictures.Encode<Rgb24>(new JpegEncoder { Quality = 90 })],
        ["whole colors", TestPictures.Encode<Rgb24>(new JpegEncoder { Quality = 90, ColorType = JpegColorType.YCbCrRatio444 })],
        ["gray", TestPictures.Encode<L8>(new JpegEncoder { ColorType = JpegColorType.Luminance })],
        ["restarting", HandmadeJpeg.Restarting],
        ["progressive", HandmadeJpeg.Progressive],
    ];

    /// <summary>Each cut is refused or gives the very picture; of what is given none is cut inside the pixels.</summary>
    [TestMethod]
    [DynamicData(nameof(Formats))]
    public void ACutFileIsRefusedUpToTheEndOfItsPixels(string name)
    {
        byte[] file = TestPictures.Encoded().Single(picture => picture.Name == name).Bytes;
        byte[] whole = TryDecode(file)!;
        int shortest = file.Length;
        while (TryDecode(file[..(shortest - 1)]) is { } same)
        {
            CollectionAssert.AreEqual(whole, same, $"cut to {shortest - 1} of {file.Length} bytes");
            shortest--;
        }

        // Behind the pixels come at most an end marker and a checksum, TGA's footer, the resolution and other values of TIFF's directory,
        // or padding.
        Assert.IsLessThanOrEqualTo(name[..3] switch { "tga" => 26, "png" => 22, "tif" => 28, _ => 4 }, file.Length - shortest);
        for (int length = 0; length < shortest; length++)
        {
            Assert.IsNull(TryDecode(file[..length]), $"cut to {length} of {file.Length} bytes");
        }
    }

    /// <summary>Whether a text's last number has all of its digits cannot be known.</summary>
    [TestMethod]
    public void ATextIsRefusedUpToItsLastNumber()
    {
        byte[] file = TestPictures.Encoded().Single(picture => picture.Name == Text).Bytes;
        int last = System.Text.Encoding.ASCII.GetString(file).TrimEnd().LastIndexOfAny([' ', '\n']) + 1;
        Assert.IsNotNull(TryDecode(file));
        for (int length = 0; length <= last; length++)
        {
            Assert.IsNull(TryDecode(file[..length]), $"cut to {length} of {file.Length} bytes");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Jpegs))]
    public void AJpegMayLackItsEndMarkerAndNothingElse(string name, byte[] file)
    {
        byte[] whole = TryDecode(file)!;
        CollectionAssert.AreEqual(new byte[] { 0xFF, 0xD9 }, file[^2..], name);
        CollectionAssert.AreEqual(whole, TryDecode(file[..^2]), name);
        CollectionAssert.AreEqual(whole, TryDecode(file[..^1]), name);
        CollectionAssert.AreEqual(whole, TryDecode([.. file, 1, 2, 0xFF, 0, 3]), $"{name}, with something behind it");
        for (int length = 0; length < file.Length - 2; length++)
        {
            Assert.IsNull(TryDecode(file[..length]), $"{name} cut to {length} of {file.Length} bytes");
        }
    }

    [TestMethod]
    public void TheErrorSaysSo()
    {
        byte[] jpeg = TestPictures.Encode<Rgb24>(new JpegEncoder());
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => _decoder.Decode(jpeg[..(jpeg.Length / 2)])).Message,
            "ends before its picture does");
        byte[] png = TestPictures.Encode<Rgb24>(new PngEncoder());
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => _decoder.Decode(png[..(png.Length / 2)])).Message,
            "ends before its picture does");
    }

    /// <summary>The size and pixels as a digest, or null where the file is refused as it should be.</summary>
    private static byte[]? TryDecode(byte[] file)
    {
        try
        {
            using RgbImage image = _decoder.Decode(file);
            return image.Digest();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
