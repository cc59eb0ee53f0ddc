namespace Microsoft.ML.Loreal.Tests;

/// <summary>A class of which the training data, or one part of a cross-validation, has no picture.</summary>
[TestClass]
public sealed class RareClassTests
{
    private readonly MLContext _ml = new(1);
    private readonly List<string> _warnings = [];

    public RareClassTests() => _ml.Log += (_, entry) =>
    {
        if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
        {
            _warnings.Add(entry.Message);
        }
    };

    public static IEnumerable<object[]> Methods =>
    [
        [PromptMethod.CoOp(2)], [PromptMethod.MaPLe(2, 2)], [PromptMethod.Mma(2, 2)], [PromptMethod.Mmrl(2, 2)],
        [PromptMethod.IndependentPrompts(2, 2, 2, 2)],
    ];

    [TestMethod]
    [DynamicData(nameof(Methods))]
    public void ItIsScoredByItsWordsAndAWarningNamesIt(PromptMethod method)
    {
        LorealTrainer.Options options = Options(method);
        IDataView data = WithUnseen();
        using LorealTransformer model = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        Assert.AreEqual("unicorn", model.ClassNames[^1]);
        StringAssert.Contains(_warnings.Single(warning => warning.Contains("No training image", StringComparison.Ordinal)), "\"unicorn\"");

        // By its words: a model that is asked for the same names later scores them the same.
        using LorealTransformer later = model.WithClasses(model.ClassNames);
        List<float[]> scores = Rows.Scores(model.Transform(data));
        Rows.AssertIdentical(scores, Rows.Scores(later.Transform(data)));
        Assert.IsTrue(scores.All(row => row[^1] is > 0 and < 1));
    }

    [TestMethod]
    public void ClassSpecificPromptsAreRefused()
    {
        LorealTrainer.Options options = Options(PromptMethod.CoOp(2, classSpecific: true));
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(
            () => _ml.MulticlassClassification.Trainers.Loreal(options).Fit(WithUnseen()));
        StringAssert.Contains(error.Message, "\"unicorn\"");
        StringAssert.Contains(error.Message, "classSpecific: false");
    }

    [TestMethod]
    public void ATemplateNeedsNoWarning()
    {
        LorealTrainer.Options options = Options(PromptMethod.Template());
        options.Attributes = null;
        using LorealTransformer model = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(WithUnseen());
        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    public void NoImageAtAllIsRefused()
    {
        IDataView none = _ml.Data.FilterRowsByColumn(
            _ml.Transforms.Conversion.ConvertType(nameof(Photo.Number)).Fit(WithUnseen()).Transform(WithUnseen()),
            nameof(Photo.Number),
            lowerBound: 1e6);
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(
            () => _ml.MulticlassClassification.Trainers.Loreal(Options(PromptMethod.CoOp(2))).Fit(none));
        StringAssert.Contains(error.Message, "no labeled image");
    }

    [TestMethod]
    public void CrossValidationGoesThroughEveryFold()
    {
        List<Photo> photos = [.. Trained.Photos, new Photo { ImagePath = Trained.Photos[0].ImagePath, Label = "rare" }];
        IDataView rows = _ml.Data.LoadFromEnumerable(photos);
        IDataView data = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.CopyColumns("Image", nameof(Photo.ImagePath))).Fit(rows).Transform(rows);
        IReadOnlyList<TrainCatalogBase.CrossValidationResult<Data.MulticlassClassificationMetrics>> folds =
            _ml.MulticlassClassification.CrossValidate(
                data, _ml.MulticlassClassification.Trainers.Loreal(Options(PromptMethod.CoOp(2))), numberOfFolds: 3);
        Assert.HasCount(3, folds);
        Assert.IsTrue(folds.All(fold => double.IsFinite(fold.Metrics.MicroAccuracy)));
        Assert.IsTrue(_warnings.Any(warning => warning.Contains("\"rare\"", StringComparison.Ordinal)));
    }

    private static LorealTrainer.Options Options(PromptMethod method)
    {
        LorealTrainer.Options options = Trained.Options();
        options.Method = method;
        options.BaseStage!.Epochs = 1;
        options.DistillationStage.Epochs = 1;
        return options;
    }

    /// <summary>The data with a class among the keys that no row has.</summary>
    private IDataView WithUnseen()
    {
        string[] names = [.. Trained.Photos.Select(photo => photo.Label).Distinct(), "unicorn"];
        IDataView keys = _ml.Data.LoadFromEnumerable(names.Select(name => new Name { Label = name }).ToList());
        IDataView rows = Trained.Data(_ml);
        return _ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys)
            .Append(_ml.Transforms.CopyColumns("Image", nameof(Photo.ImagePath))).Fit(rows).Transform(rows);
    }

    private sealed class Name
    {
        public string Label { get; set; } = "";
    }
}
