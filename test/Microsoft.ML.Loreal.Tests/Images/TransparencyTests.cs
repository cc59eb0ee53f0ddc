using Microsoft.ML.Data;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>A transparent picture is the same picture however it comes.</summary>
[TestClass]
public sealed class TransparencyTests
{
    private const int Side = 48;

    private readonly MLContext _ml = new(1);

    public static IEnumerable<object[]> Encoders =>
    [
        ["png", new PngEncoder { TransparentColorMode = PngTransparentColorMode.Preserve }],
        ["webp", new WebpEncoder { FileFormat = WebpFileFormatType.Lossless, TransparentColorMode = WebpTransparentColorMode.Preserve }],
        ["gif", new GifEncoder()],
    ];

    [TestMethod]
    [DynamicData(nameof(Encoders))]
    public void AFileScoresTheSameAsPathAsBytesAndAsPicture(string extension, IImageEncoder encoder)
    {
        using var folder = new TemporaryFolder();
        string path = folder[$"logo.{extension}"];
        using (Image<Rgba32> picture = Logo())
        {
            File.WriteAllBytes(path, TestPictures.Encode(picture, encoder));
        }

        float[] fromPath = Scores(Renamed(new Photo { ImagePath = path }));
        CollectionAssert.AreEqual(fromPath, Scores(_ml.Data.LoadFromEnumerable([new EncodedPhoto { Image = File.ReadAllBytes(path) }])));
        IDataView paths = _ml.Data.LoadFromEnumerable([new Photo { ImagePath = path }]);
        CollectionAssert.AreEqual(fromPath, Scores(_ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(paths).Transform(paths)));
        using FileStream stream = File.OpenRead(path);
        using var image = MLImage.CreateFromStream(stream);
        CollectionAssert.AreEqual(fromPath, Scores(_ml.Data.LoadFromEnumerable([new Loaded { Image = image }])));

        // What is not seen counts as black, whatever color the file has there.
        using Image<Rgba32> black = Logo();
        black.ProcessPixelRows(rows =>
        {
            for (int y = 0; y < rows.Height; y++)
            {
                foreach (ref Rgba32 pixel in rows.GetRowSpan(y))
                {
                    pixel = pixel.A == 0 ? new Rgba32(0, 0, 0, 255) : pixel;
                }
            }
        });
        if (extension != "gif")
        {
            CollectionAssert.AreEqual(
                fromPath, Scores(_ml.Data.LoadFromEnumerable([new EncodedPhoto { Image = TestPictures.Encode(black, new PngEncoder()) }])));
        }
    }

    /// <summary>
    /// Every level at every alpha comes back as Skia itself gives it back, a half rounded up or down, and as near to the original as 8 bits
    /// allow.
    /// </summary>
    [TestMethod]
    public void MultiplyingByAlphaIsUndoneAsSkiaDoesIt()
    {
        byte[] pixels = new byte[4 * 256 * 256];
        for (int alpha = 0; alpha < 256; alpha++)
        {
            for (int level = 0; level < 256; level++)
            {
                int at = 4 * ((256 * alpha) + level);
                byte multiplied = (byte)((2 * level * alpha + 255) / 510);
                pixels.AsSpan(at, 3).Fill(multiplied);
                pixels[at + 3] = (byte)alpha;
            }
        }

        using var image = MLImage.CreateFromPixels(256, 256, MLPixelFormat.Rgba32, pixels);
        byte[] undone = new byte[3 * 256 * 256];
        RgbPixels.Unmultiply(pixels, undone, 256 * 256, blueFirst: false);
        byte[] skias = image.GetBGRPixels;
        for (int i = 0; i < undone.Length; i++)
        {
            int alpha = i / 3 / 256;
            bool half = alpha > 0 && pixels[i / 3 * 4] * 255 % alpha * 2 == alpha;
            Assert.IsTrue(
                undone[i] == skias[i] || (half && undone[i] == skias[i] + 1),
                $"level {pixels[i / 3 * 4]} of {alpha}: {skias[i]}, {undone[i]}");
        }

        for (int alpha = 1; alpha < 256; alpha++)
        {
            for (int level = 0; level < 256; level++)
            {
                int difference = Math.Abs(level - undone[3 * ((256 * alpha) + level)]);
                Assert.IsLessThanOrEqualTo(alpha == 255 ? 0 : (int)((127.5 / alpha) + 0.5), difference, $"level {level}, alpha {alpha}");
            }
        }
    }

    [TestMethod]
    public void PixelsArePackedInEitherOrderAndOverThemselves()
    {
        for (int count = 1; count < 40; count++)
        {
            byte[] source = new byte[4 * count];
            new Random(count).NextBytes(source);
            for (int i = 0; i < count; i++)
            {
                source[(4 * i) + 3] = (byte)(i % 3 == 1 ? 0 : i + 1);
            }

            foreach (bool blueFirst in new[] { false, true })
            {
                byte[] expected = [.. source.Chunk(4).SelectMany(p => p[3] == 0 ? new byte[3] : blueFirst ? [p[2], p[1], p[0]] : p[..3])];
                byte[] packed = new byte[3 * count];
                RgbPixels.Pack(source, packed, count, blueFirst);
                CollectionAssert.AreEqual(expected, packed, $"{count}");
                byte[] over = [.. source];
                RgbPixels.Pack(over, over, count, blueFirst);
                CollectionAssert.AreEqual(expected, over[..(3 * count)], $"{count}, over itself");
            }
        }
    }

    /// <summary>Opaque stripes on an invisible red ground.</summary>
    private static Image<Rgba32> Logo()
    {
        var picture = new Image<Rgba32>(Side, Side, new Rgba32(220, 30, 30, 0));
        for (int y = 4; y < Side - 4; y++)
        {
            for (int x = 4; x < Side - 4; x++)
            {
                if ((x / 6) % 2 == 0)
                {
                    picture[x, y] = new Rgba32(30, (byte)(60 + (y / 12 * 40)), 220, 255);
                }
            }
        }

        return picture;
    }

    private static float[] Scores(IDataView data) => Rows.Scores(Trained.Loreal.Transform(data))[0];

    private IDataView Renamed(Photo photo)
    {
        IDataView data = _ml.Data.LoadFromEnumerable([photo]);
        return _ml.Transforms.CopyColumns("Image", "ImagePath").Fit(data).Transform(data);
    }

    private sealed class Loaded
    {
        [Microsoft.ML.Transforms.Image.ImageType(Side, Side)]
        public MLImage? Image { get; set; }
    }
}
