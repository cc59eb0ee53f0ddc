namespace Microsoft.ML.Loreal.Tests;

/// <summary>What wrong data and settings get: at once, with the name, what was found, and the way out.</summary>
[TestClass]
public sealed class InputErrorTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void LabelThatIsNoKeyIsRefusedWithTheRemedy()
    {
        LorealTrainer trainer = Trainer();
        IDataView data = Pathed(keys: false);
        AssertMessage(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(data)), "Label", "String", "MapValueToKey");
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.GetOutputSchema(Shapes.Of(data.Schema))),
            "Label",
            "String",
            "MapValueToKey");
    }

    [TestMethod]
    public void MissingLabelIsRefusedWithTheRemedy()
    {
        LorealTrainer trainer = Trainer(options => options.LabelColumnName = "Kind");
        IDataView data = Pathed();
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(data)), "Kind", "MapValueToKey", "LabelColumnName");
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.GetOutputSchema(Shapes.Of(data.Schema))),
            "Kind",
            "MapValueToKey");
    }

    [TestMethod]
    public void KeyWithoutTextIsRefused()
    {
        LorealTrainer trainer = Trainer(options => options.LabelColumnName = "Number");
        IDataView data = _ml.Transforms.Conversion.MapValueToKey("Number").Fit(Pathed()).Transform(Pathed());
        AssertMessage(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(data)), "Number", "Int32", "MapValueToKey");
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.GetOutputSchema(Shapes.Of(data.Schema))),
            "Number",
            "MapValueToKey");
    }

    [TestMethod]
    [DataRow("Picture", "Picture")]
    [DataRow("Features", "Single")]
    [DataRow("Number", "Int32")]
    public void ImageColumnThatIsNoneIsRefusedWithTheRemedy(string column, string found)
    {
        LorealTrainer trainer = Trainer(options => options.ImageColumnName = column);
        IDataView data = Pathed();
        AssertMessage(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(data)), column, found, "LoadImages");
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.GetOutputSchema(Shapes.Of(data.Schema))),
            column,
            found,
            "LoadImages");
    }

    [TestMethod]
    public void TransformerChecksItsImageColumn()
    {
        IDataView data = Trained.Data(_ml);
        AssertMessage(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Loreal.Transform(data)), "Image", "LoadImages");
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Loreal.GetOutputSchema(data.Schema)), "Image", "LoadImages");
    }

    [TestMethod]
    [DataRow(20, "16", "24")]
    [DataRow(7, "8", "8")]
    [DataRow(0, "8", "8")]
    [DataRow(40, "32", "32")]
    public void ResolutionThatDoesNotFitIsRefusedWithTheNearest(int resolution, string below, string above)
    {
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer(options => options.LowResolution = resolution)),
            "LowResolution",
            below,
            above);
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer(options => options.TrainResolution = resolution)),
            "TrainResolution",
            below,
            above);
    }

    [TestMethod]
    public void SettingsOutOfTheirRangeAreNamed()
    {
        AssertOption("Lambda1", options => options.Lambda1 = -1);
        AssertOption("Lambda2", options => options.Lambda2 = float.NaN);
        AssertOption("BridgeWeight", options => options.BridgeWeight = float.PositiveInfinity);
        AssertOption("Temperature", options => options.Temperature = 0);
        AssertOption("MixMaximum", options => options.MixMaximum = 1.5f);
        AssertOption("MixStart", options => options.MixStart = 1);
        AssertOption("ViewsPerImage", options => options.ViewsPerImage = -1);
        AssertOption("MinimumCropArea", options => options.MinimumCropArea = 0);
        AssertOption("TokensPerAttribute", options => options.TokensPerAttribute = 0);
        AssertOption("HiddenWidth", options => options.HiddenWidth = 0);
        AssertOption("MaximumPixels", options => options.MaximumPixels = 0);
        AssertOption("Bridge", options => options.Bridge = (ContextBridge)9);
        AssertOption("Precision", options => options.Precision = (ComputePrecision)9);
        AssertOption("WithPrecision", options => options.Precision = ComputePrecision.Half);
        AssertOption("DistillationStage.BatchSize", options => options.DistillationStage = new TrainingStageOptions { BatchSize = 0 });
        AssertOption("BaseStage.LearningRate", options => options.BaseStage = new TrainingStageOptions { LearningRate = double.NaN });
        AssertOption("Attributes", options => options.Attributes = []);
        AssertOption("Attributes[1]", options => options.Attributes = ["color", " "]);
        AssertOption("Attributes", options => options.Method = PromptMethod.Template());
        AssertOption("Device", options => options.Device = "gpu");
        AssertOption("ImageColumnName", options => options.ImageColumnName = "");
        AssertOption("ScoreColumnName", options => options.ScoreColumnName = "PredictedLabel");
        AssertOption("Backbone", options => options.Backbone = null!);
        AssertOption("ValidationFraction", options => options.ValidationFraction = 1);
        AssertOption("ValidationSet", options => (options.ValidationFraction, options.ValidationSet) = (0.5f, Trained.Data(_ml)));
        AssertOption("ValidationFraction", options => options.EarlyStopping = new EarlyStoppingOptions());
        AssertOption(
            "EarlyStopping.Patience",
            options => (options.ValidationFraction, options.EarlyStopping) = (0.5f, new EarlyStoppingOptions { Patience = 0 }));
        AssertOption("EarlyStopping.MinimumImprovement", options =>
            (options.ValidationFraction, options.EarlyStopping) = (0.5f, new EarlyStoppingOptions { MinimumImprovement = -1 }));
        AssertOption("CheckpointInterval", options => options.CheckpointInterval = TimeSpan.FromSeconds(-1));
    }

    [TestMethod]
    public void WorkspaceThatCannotBeAFolderIsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        AssertMessage(
            Assert.ThrowsExactly<ArgumentException>(() => Trainer(options => options.WorkspacePath = folder["file"])),
            "WorkspacePath",
            "file");
        string inside = Path.Combine(folder["file"], "a", "b");
        AssertMessage(
            Assert.ThrowsExactly<ArgumentException>(() => Trainer(options => options.WorkspacePath = inside)), inside, folder["file"]);
        AssertOption("WorkspacePath", options => options.WorkspacePath = " ");
        AssertOption("WorkspacePath", options => options.WorkspacePath = "a\0b");

        string missing = Path.Combine(folder["new"], "workspace");
        Trainer(options => options.WorkspacePath = missing);
        Assert.IsFalse(Directory.Exists(folder["new"]), "made before it is needed");
    }

    [TestMethod]
    public void FewerThanTwoClassesAreRefused()
    {
        List<Photo> red = [.. Trained.Photos.Where(photo => photo.Label == "red")];
        AssertMessage(Assert.ThrowsExactly<ArgumentException>(() => Trainer().Fit(Pathed(red))), "red", "two");
    }

    [TestMethod]
    public void UnusableClassNamesAreRefusedBeforeImagesAreRead()
    {
        using var folder = new TemporaryFolder();
        List<Photo> photos =
        [
            .. Trained.Photos.Select(
                photo => new Photo { ImagePath = folder["absent.png"], Label = photo.Label == "red" ? "GREEN" : photo.Label }),
        ];
        AssertMessage(Assert.ThrowsExactly<ArgumentException>(() => Trainer().Fit(Pathed(photos))), "GREEN", "green");
    }

    [TestMethod]
    public void CudaThatIsNotThereIsRefusedWithTheDevices()
    {
        if (TorchSharp.torch.cuda.is_available())
        {
            Assert.Inconclusive("This machine has a GPU.");
        }

        LorealTrainer trainer = Trainer(options => options.Device = "cuda:3");
        AssertMessage(Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(Pathed())), "cuda:3", "cpu");

        _ml.GpuDeviceId = 0;
        AssertMessage(Assert.ThrowsExactly<InvalidOperationException>(() => Trainer().Fit(Pathed())), "cuda:0", "FallbackToCpu");

        _ml.FallbackToCpu = true;
        var warnings = new List<string>();
        _ml.Log += (_, message) => warnings.Add(message.Message);
        using LorealTransformer model = Trainer(options => options.Attributes = null).Fit(Pathed());
        Assert.IsTrue(warnings.Any(
            message => message.Contains("cuda:0", StringComparison.Ordinal) && message.Contains("CPU", StringComparison.Ordinal)));
    }

    private static void AssertMessage(Exception exception, params string[] parts)
    {
        foreach (string part in parts)
        {
            StringAssert.Contains(exception.Message, part);
        }
    }

    private void AssertOption(string name, Action<LorealTrainer.Options> set) =>
        AssertMessage(Assert.Throws<ArgumentException>(() => Trainer(set), name), name);

    private LorealTrainer Trainer(Action<LorealTrainer.Options>? set = null)
    {
        LorealTrainer.Options options = Trained.Options();
        set?.Invoke(options);
        return _ml.MulticlassClassification.Trainers.Loreal(options);
    }

    private IDataView Copied(IDataView data) => _ml.Transforms.CopyColumns("Image", "ImagePath").Fit(data).Transform(data);

    private IDataView Pathed(List<Photo>? photos = null, bool keys = true)
    {
        IDataView data = Copied(_ml.Data.LoadFromEnumerable(photos ?? Trained.Photos));
        return keys ? _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data) : data;
    }
}
