using Microsoft.ML.Data;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Numbers;

/// <summary>Two classes, a thousand, one image a class, and classes of very different size.</summary>
[TestClass]
public sealed class ClassCountTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    [DataRow(2, true)]
    [DataRow(2, false)]
    [DataRow(1000, false)]
    public void ManyOrFewClassesTrainFromOneImageEachAndAreScoredInOrder(int classes, bool attributes)
    {
        string[] names = [.. Enumerable.Range(0, classes).Select(i => $"thing {i:000}")];
        List<EncodedPhoto> photos = [.. names.Select((name, i) => new EncodedPhoto { Label = name, Image = Picture(8, 8, i) })];
        LorealTrainer.Options options = Trained.Options();
        options.LowResolution = TinyClip.Patch;
        options.Attributes = attributes ? options.Attributes : null;
        options.ViewsPerImage = 1;
        options.BaseStage = new TrainingStageOptions { Epochs = 1, BatchSize = 250 };
        options.DistillationStage = new TrainingStageOptions { Epochs = 1, BatchSize = 250 };
        IDataView data = Keyed(photos);
        using LorealTransformer model = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        CollectionAssert.AreEqual(names, model.ClassNames.ToArray());
        AssertScores(_ml.Data.TakeRows(model.Transform(data), 40), classes);
    }

    [TestMethod]
    public void AThousandClassesAreScoredWithAttributes()
    {
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"thing {i:000}")];
        using LorealTransformer model = Trained.Loreal.WithClasses(names);
        IDataView data = _ml.Data.TakeRows(Trained.Prepared(_ml), 2);
        AssertScores(model.Transform(data), 1000);

        // Each class scores as it does among few: the ratio of two probabilities is that of their own prompts.
        using LorealTransformer two = Trained.Loreal.WithClasses([names[900], names[17]]);
        float[] many = Rows.Scores(model.Transform(data))[0];
        float[] few = Rows.Scores(two.Transform(data))[0];
        Assert.AreEqual(few[0] / few[1], many[900] / many[17], 1e-3 * few[0] / few[1]);
    }

    [TestMethod]
    public void RareClassesAreLearnedBesideACommonOne()
    {
        // One red and one green image among a dozen blue ones.
        List<Photo> photos =
        [
            .. Trained.Photos.Where(photo => photo.Label == "blue"),
            .. Trained.Photos.Where(photo => photo.Label == "blue"),
            Trained.Photos[0],
            Trained.Photos[1],
        ];
        CollectionAssert.AreEquivalent(new[] { "blue", "red", "green" }, photos.Select(photo => photo.Label).Distinct().ToArray());
        LorealTrainer.Options options = Trained.Options();
        options.Attributes = null;
        options.MinimumCropArea = 0.8f;
        options.BaseStage = new TrainingStageOptions
        {
            Epochs = 60,
            BatchSize = 6,
            Optimizer = PromptOptimizer.Adam,
            LearningRate = 0.02,
            WarmupEpochs = 0,
        };
        IDataView data = _ml.Data.LoadFromEnumerable(photos);
        data = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.CopyColumns("Image", "ImagePath")).Fit(data).Transform(data);
        using LorealTransformer model = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        MulticlassClassificationMetrics metrics = _ml.MulticlassClassification.Evaluate(model.Transform(data));
        Assert.AreEqual(1, metrics.MacroAccuracy, 1e-9, metrics.ConfusionMatrix.GetFormattedConfusionTable());
    }

    /// <summary>A small picture of two colors that the number decides.</summary>
    internal static byte[] Picture(int width, int height, int number)
    {
        var random = new Random(number);
        (Rgb24 first, Rgb24 second) = (Color(random), Color(random));
        using var image = new Image<Rgb24>(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                image[x, y] = (x + y) % 2 == 0 ? first : second;
            }
        }

        using var stream = new MemoryStream();
        image.SaveAsPng(stream);
        return stream.ToArray();
    }

    private static void AssertScores(IDataView scored, int classes)
    {
        Assert.AreEqual(new KeyDataViewType(typeof(uint), classes), scored.Schema["PredictedLabel"].Type);
        List<uint> labels = Rows.Read<uint>(scored, "PredictedLabel");
        List<float[]> scores = Rows.Scores(scored);
        for (int row = 0; row < scores.Count; row++)
        {
            Assert.HasCount(classes, scores[row]);
            Assert.AreEqual(1, scores[row].Sum(), 1e-4);
            Assert.IsTrue(scores[row].All(score => score is > 0 and < 1));
            Assert.AreEqual((uint)Array.IndexOf(scores[row], scores[row].Max()) + 1, labels[row]);
        }
    }

    private static Rgb24 Color(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));

    private IDataView Keyed(List<EncodedPhoto> photos)
    {
        IDataView data = _ml.Data.LoadFromEnumerable(photos);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }
}
