using Microsoft.ML.Loreal.Tests.Training;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Numbers;

/// <summary>Images, batches and resolutions at the ends of what is allowed.</summary>
[TestClass]
public sealed class SizeTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void AnImageOfOneColorScoresTheSameAtAnySize()
    {
        // From one pixel, far below phi, to many: a resize of one color is that color.
        (int Width, int Height)[] sizes = [(1, 1), (1, 9), (15, 2), (16, 16), (17, 40), (300, 200), (2, 1000)];
        List<float[]> scores = Scores(sizes.Select(size => OneColor(size.Width, size.Height)));
        foreach (float[] row in scores)
        {
            for (int i = 0; i < row.Length; i++)
            {
                Assert.AreEqual(scores[0][i], row[i], 1e-6f);
            }
        }

        CollectionAssert.AreNotEqual(scores[0], Scores([ClassCountTests.Picture(16, 16, 5)])[0]);
    }

    [TestMethod]
    public void TrainingTakesImagesSmallerThanPhi()
    {
        List<EncodedPhoto> photos =
        [
            .. Enumerable.Range(0, 6).Select(
                i => new EncodedPhoto { Label = i % 2 == 0 ? "even" : "odd", Image = ClassCountTests.Picture(1 + i, 7 - i, i) }),
        ];
        IDataView data = _ml.Data.LoadFromEnumerable(photos);
        data = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        using LorealTransformer model = _ml.MulticlassClassification.Trainers.Loreal(Trained.Options()).Fit(data);
        Assert.IsTrue(Rows.Scores(model.Transform(data)).All(scores => Math.Abs(scores.Sum() - 1) < 1e-5));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(31)]
    [DataRow(32)]
    [DataRow(33)]
    [DataRow(70)]
    public void EveryRowOfEveryBatchScoresLikeTheRowAlone(int rows)
    {
        List<EncodedPhoto> photos =
            [.. Enumerable.Range(0, rows).Select(i => new EncodedPhoto { Image = ClassCountTests.Picture(20, 18, i) })];
        List<float[]> scores = Rows.Scores(Trained.Loreal.Transform(_ml.Data.LoadFromEnumerable(photos)));
        Assert.HasCount(rows, scores);
        using PredictionEngine<EncodedPhoto, PhotoScores> engine =
            _ml.Model.CreatePredictionEngine<EncodedPhoto, PhotoScores>(
                Trained.Loreal, new PredictionEngineOptions { OwnsTransformer = false });
        foreach (int row in new[] { 0, rows / 2, rows - 1 }.Distinct())
        {
            float[] alone = engine.Predict(photos[row]).Score;
            for (int i = 0; i < alone.Length; i++)
            {
                Assert.AreEqual(alone[i], scores[row][i], 1e-5f, $"row {row}");
            }
        }
    }

    [TestMethod]
    [DataRow(1, 5)]
    [DataRow(4, 15)]
    [DataRow(7, 15)]
    [DataRow(15, 15)]
    [DataRow(64, 15)]
    public void EveryEpochHasFullBatchesOfDifferentImagesAndAllHaveTheirTurn(int batchSize, int images)
    {
        var stage = new TrainingStage(1, new StageSettings { Epochs = 12, BatchSize = batchSize }, seed: 3, null, CancellationToken.None);
        var seen = new HashSet<int>();
        for (int epoch = 0; epoch < 12; epoch++)
        {
            int[][] batches = [.. stage.Batches(images, epoch)];
            Assert.HasCount(Math.Max(1, images / batchSize), batches);
            Assert.IsTrue(batches.All(batch => batch.Length == Math.Min(batchSize, images)));
            int[] all = [.. batches.SelectMany(batch => batch)];
            Assert.HasCount(all.Length, all.Distinct().ToArray());
            Assert.IsTrue(all.All(image => image >= 0 && image < images));
            seen.UnionWith(all);
        }

        Assert.HasCount(images, seen);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(23)]
    [DataRow(1000)]
    public void AnyBatchSizeTrains(int batchSize)
    {
        // 24 images: one at a time, one left over, all at once.
        LorealTrainer.Options options = TrainingRun.Options();
        options.BaseStage!.BatchSize = options.DistillationStage.BatchSize = batchSize;
        options.BaseStage.Epochs = options.DistillationStage.Epochs = 1;
        var metrics = new List<TrainingMetrics>();
        using LorealModel model = TrainingRun.Fit(options, onEpoch: metrics.Add);
        Assert.HasCount(3, metrics);
        Assert.IsTrue(metrics.All(epoch => double.IsFinite(epoch.Loss) && epoch.Accuracy is >= 0 and <= 1));
        float[] scores = TrainingRun.Score(model, 1);
        Assert.AreEqual(1, scores.Sum(), 1e-5);
    }

    [TestMethod]
    public void AtTheStandardResolutionBothStudentsSeeTheSame()
    {
        LorealTrainer.Options options = TrainingRun.Options();
        options.LowResolution = 32;
        var metrics = new List<TrainingMetrics>();
        using LorealModel model = TrainingRun.Fit(options, onEpoch: metrics.Add);
        Assert.AreEqual(32, model.Resolution);
        foreach (TrainingMetrics epoch in metrics.Where(epoch => epoch.Stage == 3))
        {
            // The same views at the same resolution: what conditions one student conditions the other, so bridging changes nothing.
            Assert.AreEqual(epoch.HighLevelDistillation, epoch.BridgeDistillation, 1e-6);
        }

        Assert.AreEqual(1, TrainingRun.Score(model, 1).Sum(), 1e-5);
    }

    [TestMethod]
    public void OnePatchIsEnoughAndPhiMayBeAnythingBetween()
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes: false);
        options.BaseStage!.Epochs = 1;
        foreach (int side in new[] { 8, 16, 24, 32 })
        {
            options.LowResolution = side;
            using LorealModel model = TrainingRun.Fit(options);
            Assert.AreEqual(side, model.Resolution);
            Assert.AreEqual(1, TrainingRun.Score(model, 1).Sum(), 1e-5);
        }
    }

    private static byte[] OneColor(int width, int height)
    {
        using var image = new Image<Rgb24>(width, height, new Rgb24(200, 30, 90));
        using var stream = new MemoryStream();
        image.SaveAsPng(stream);
        return stream.ToArray();
    }

    private List<float[]> Scores(IEnumerable<byte[]> files) =>
        Rows.Scores(
            Trained.Loreal.Transform(_ml.Data.LoadFromEnumerable(files.Select(file => new EncodedPhoto { Image = file }).ToList())));
}
