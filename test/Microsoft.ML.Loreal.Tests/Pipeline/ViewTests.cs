using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class ViewTests
{
    [TestMethod]
    public void TheViewHasTheSideThatIsScoredAndOpaquePixels()
    {
        using MLImage view = Trained.Loreal.View(File.ReadAllBytes(Trained.Photos[0].ImagePath));
        Assert.AreEqual(
            (Trained.Loreal.Resolution, Trained.Loreal.Resolution, MLPixelFormat.Rgba32), (view.Width, view.Height, view.PixelFormat));
        for (int i = 3; i < view.Pixels.Length; i += 4)
        {
            Assert.AreEqual(255, view.Pixels[i]);
        }
    }

    [TestMethod]
    public void TheViewScoresAsItsFile()
    {
        var ml = new MLContext(1);
        foreach (Photo photo in Trained.Photos)
        {
            byte[] file = File.ReadAllBytes(photo.ImagePath);
            using MLImage view = Trained.Loreal.View(file);
            CollectionAssert.AreEqual(Scores(ml, new EncodedPhoto { Image = file }), Scores(ml, new Picture { Image = view }));
        }
    }

    [TestMethod]
    public void AFileThatIsNoPictureIsRefused()
    {
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => Trained.Loreal.View("no picture"u8.ToArray()));
        StringAssert.StartsWith(error.Message, "The image cannot be used: ");
        Assert.ThrowsExactly<InvalidDataException>(() => Trained.Loreal.View([]));
        Assert.ThrowsExactly<ArgumentNullException>(() => Trained.Loreal.View(null!));
    }

    private static float[] Scores<T>(MLContext ml, T row)
        where T : class
    {
        using PredictionEngine<T, PhotoScores> engine = ml.Model.CreatePredictionEngine<T, PhotoScores>(
            Trained.Loreal, new PredictionEngineOptions { OwnsTransformer = false });
        return engine.Predict(row).Score;
    }

    private sealed class Picture
    {
        [Transforms.Image.ImageType(1, 1)]
        public MLImage? Image { get; set; }
    }
}
