namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

[TestClass]
public sealed class ValidationTests
{
    [TestMethod]
    public void TheSplitIsStratifiedAndSeeded()
    {
        // 40, 11, 2 and 1 images.
        int[] labels = [.. new[] { 40, 11, 2, 1 }.SelectMany((count, label) => Enumerable.Repeat(label, count))];
        new Random(2).Shuffle(labels);
        var images = new LabeledNumbers(labels);
        (ILabeledImages training, ILabeledImages validation) = ValidationSplit.Of(images, 0.3, seed: 5);
        CollectionAssert.AreEqual(new[] { 12, 3, 1, 0 }, Counts(validation));
        CollectionAssert.AreEqual(new[] { 28, 8, 1, 1 }, Counts(training));
        int[] all = [.. Numbers(training), .. Numbers(validation)];
        CollectionAssert.AreEquivalent(Enumerable.Range(0, labels.Length).ToArray(), all);
        CollectionAssert.AreEqual(Numbers(validation).Select(i => labels[i]).ToArray(), validation.Labels.ToArray());

        CollectionAssert.AreEqual(Numbers(validation), Numbers(ValidationSplit.Of(images, 0.3, seed: 5).Validation));
        CollectionAssert.AreNotEqual(Numbers(validation), Numbers(ValidationSplit.Of(images, 0.3, seed: 6).Validation));
        CollectionAssert.AreEqual(new[] { 1, 1, 1, 1 }, Counts(ValidationSplit.Of(images, 0.999, seed: 5).Training));
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => ValidationSplit.Of(images, 0.01, seed: 5));
        StringAssert.Contains(error.Message, "0.01");
        StringAssert.Contains(error.Message, "40 images");
    }

    [TestMethod]
    public void WhatIsValidatedIsWhatIsScored()
    {
        var validation = new GeneratedImages(TrainingRun.Names.Length, 3);
        TrainingMetrics? last = null;
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options(), onEpoch: metrics => last = metrics, validation: validation);
        using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
        TorchSharp.torch.Tensor pixels = TorchSharp.torch.empty([validation.Count, 3, 16, 16]);
        Span<float> all = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(pixels.bytes);
        for (int i = 0; i < validation.Count; i++)
        {
            model.Backbone.ImageProcessor.Evaluate(validation.Load(i), 16, all.Slice(i * 3 * 16 * 16, 3 * 16 * 16));
        }

        float[] probabilities = new float[validation.Count * 4];
        model.Score(pixels, probabilities);
        float[][] rows = [.. probabilities.Chunk(4)];
        Assert.AreEqual(rows.Select((row, i) => -Math.Log(row[validation.Labels[i]])).Average(), last!.ValidationLoss!.Value, 1e-5);
        Assert.AreEqual(
            rows.Select((row, i) => Array.IndexOf(row, row.Max()) == validation.Labels[i] ? 1.0 : 0).Average(),
            last.ValidationAccuracy!.Value,
            1e-12);
    }

    [TestMethod]
    public void ValidationChangesNoWeights()
    {
        using LorealModel without = TrainingRun.Fit(TrainingRun.Options());
        using LorealModel with = TrainingRun.Fit(TrainingRun.Options(), validation: new GeneratedImages(TrainingRun.Names.Length, 3));
        CollectionAssert.AreEqual(TrainingRun.Save(without)[LorealModel.TensorFile], TrainingRun.Save(with)[LorealModel.TensorFile]);
    }

    [TestMethod]
    public void EveryEpochIsValidatedAndLogged()
    {
        var ml = new MLContext(1);
        List<string> messages = [];
        ml.Log += (_, message) => messages.Add(message.RawMessage);
        List<TrainingMetrics> epochs = [];
        LorealTrainer.Options options = Trained.Options();
        options.ValidationFraction = 0.4f;
        options.MetricsCallback = epochs.Add;
        using LorealTransformer model = ml.MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(ml));
        Assert.HasCount(6, epochs);
        Assert.IsTrue(epochs.All(m => m.ValidationLoss > 0 && m.ValidationAccuracy is >= 0 and <= 1));
        Assert.IsTrue(
            messages.Any(
                message =>
                    message == "Training on 9 images of 3 classes, scoring at 16 px, on cpu."
                        || message.StartsWith("Training on 9 images", StringComparison.Ordinal)));
        Assert.IsTrue(messages.Contains("Validating on 6 images."));
        Assert.AreEqual(6, messages.Count(message => message.StartsWith("Stage", StringComparison.Ordinal)
            && message.Contains("validation loss", StringComparison.Ordinal)
            && message.Contains("left in this stage", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void TheValidationSetsClassesMayStandInAnotherOrder()
    {
        var ml = new MLContext(1);
        IDataView training = Trained.Prepared(ml);
        double? Accuracy(IDataView validation)
        {
            TrainingMetrics? last = null;
            LorealTrainer.Options options = Trained.Options();
            options.ValidationSet = validation;
            options.MetricsCallback = metrics => last = metrics;
            ml.MulticlassClassification.Trainers.Loreal(options).Fit(training).Dispose();
            return last!.ValidationLoss;
        }

        Assert.AreEqual(Accuracy(training)!.Value, Accuracy(Keyed([.. Trained.Photos.AsEnumerable().Reverse()]))!.Value, 1e-6);

        List<Photo> other =
        [
            .. Trained.Photos.Take(3)
                .Select(photo => new Photo { FileName = photo.FileName, Label = photo.Label == "red" ? "violet" : photo.Label }),
        ];
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Accuracy(Keyed(other))).Message, "violet");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Accuracy(ml.Data.SkipRows(training, 15))).Message, "ValidationSet");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Accuracy(ml.Data.LoadFromEnumerable(Trained.Photos))).Message, "Label");

        IDataView Keyed(List<Photo> photos)
        {
            IDataView data = ml.Data.LoadFromEnumerable(photos);
            return ml.Transforms.Conversion.MapValueToKey("Label").Append(
                ml.Transforms.LoadImages("Image", Trained.ImageFolder, "FileName")).Fit(data).Transform(data);
        }
    }

    [TestMethod]
    public void EarlyStoppingEndsAStageAndKeepsTheBestWeights()
    {
        // The second class's labels are those of the first one's pictures: validation gets worse while training gets better.
        LorealTrainer.Options options = TrainingRun.Options();
        options.BaseStage = TrainingRun.Stage(12, 0.05);
        options.EarlyStopping = new EarlyStoppingOptions { Metric = EarlyStoppingMetric.Loss, Patience = 2 };
        var mislabeled = new ShiftedLabels(new GeneratedImages(TrainingRun.Names.Length, 3));
        List<TrainingMetrics> epochs = [];
        using LorealModel model = TrainingRun.Fit(options, onEpoch: epochs.Add, validation: mislabeled);
        foreach (IGrouping<int, TrainingMetrics> stage in epochs.GroupBy(m => m.Stage))
        {
            int best = stage.MinBy(m => m.ValidationLoss)!.Epoch;
            Assert.AreEqual(Math.Min(stage.First().Epochs, best + 2), stage.Last().Epoch, $"stage {stage.Key}");
        }

        Assert.IsLessThan(30, epochs.Count, "nothing was stopped");
    }

    [TestMethod]
    public void CancellingWhileValidatingEndsTheTraining()
    {
        using var source = new CancellationTokenSource();
        var validation = new GeneratedImages(TrainingRun.Names.Length, 3)
        {
            OnLoad = index =>
            {
                if (index == 4)
                {
                    source.Cancel();
                }
            },
        };
        Assert.Throws<OperationCanceledException>(() => TrainingRun.Fit(
            TrainingRun.Options(), validation: validation, cancel: source.Token, onEpoch: _ => Assert.Fail("the epoch was completed")));
        Assert.AreEqual(0, validation.Running);
    }

    private static int[] Counts(ILabeledImages images) => [.. Enumerable.Range(0, 4).Select(label => images.Labels.Count(l => l == label))];

    private static int[] Numbers(ILabeledImages images) =>
        [.. Enumerable.Range(0, images.Count).Select(i => (int)images.Load(i).Pixels[0])];

    /// <summary>Pictures of one pixel that holds their number.</summary>
    private sealed class LabeledNumbers(int[] labels) : ILabeledImages
    {
        public int Count => labels.Length;

        public IReadOnlyList<int> Labels => labels;

        public RgbImage Load(int index) => new(1, 1, [(byte)index, 0, 0]);
    }

    private sealed class ShiftedLabels(GeneratedImages images) : ILabeledImages
    {
        public int Count => images.Count;

        public IReadOnlyList<int> Labels { get; } = [.. images.Labels.Select(label => (label + 1) % TrainingRun.Names.Length)];

        public RgbImage Load(int index) => images.Load(index);
    }
}
