using System.Text.Json;
using Microsoft.ML.Runtime;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>What is measured before a file is written, and what is refused.</summary>
[TestClass]
public sealed class MeasuredExportTests
{
    private readonly TemporaryFolder _folder = new();

    private static readonly Lazy<LorealTransformer> _fitted = new(() => ExportedScoreTests.Fit(Trained.Backbone, "CoOp", true, 2));

    private string Target => _folder["model.onnx"];

    [ClassCleanup]
    public static void CleanAll() => _fitted.Value.Dispose();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    [DataRow(OnnxQuantization.Int8, OnnxTextSide.Exact)]
    [DataRow(OnnxQuantization.None, OnnxTextSide.Compiled)]
    [DataRow(OnnxQuantization.Int8, OnnxTextSide.Compiled)]
    public void TheFileSaysWhatItCosts(OnnxQuantization quantization, OnnxTextSide textSide)
    {
        OnnxExportOptions options = Calibration.Options(quantization, textSide);
        List<Photo> photos = Undecided(60);
        options.CalibrationData = Calibration.Data(photos);
        _fitted.Value.SaveAsOnnx(Target, options);

        // The last file is what was measured last.
        Photo[] held = textSide == OnnxTextSide.Compiled ? [.. photos.Where((_, i) => i % 2 == 1)] : [.. photos];
        string[] before = Transformers(held);
        string[] after = Exported(held);
        string[] all = Exported(photos);
        int changed = before.Zip(after).Count(pair => pair.First != pair.Second);
        Assert.IsGreaterThan(0, changed, "the pictures show nothing");
        Dictionary<string, string> metadata = Metadata();
        string last = quantization == OnnxQuantization.Int8 ? "loreal.int8" : "loreal.text_side";
        Assert.AreEqual($"{{\"pictures\":{held.Length},\"changed\":{changed}}}", metadata[last]);
        Assert.AreEqual(textSide == OnnxTextSide.Compiled, metadata.ContainsKey("loreal.text_side"));
        Assert.AreEqual(quantization == OnnxQuantization.Int8, metadata.ContainsKey("loreal.int8"));

        // Every picture whose prediction changes was right before, and none is afterwards.
        LabelAs(photos, Transformers(photos));
        options.CalibrationData = Calibration.Data(photos);
        options.LabelColumnName = "Label";
        _fitted.Value.SaveAsOnnx(Target, options);
        AssertFound(Metadata()[last], held.Length, changed, held.Length, held.Length - changed);

        InvalidOperationException error = AssertRefused(options);
        StringAssert.Contains(error.Message, $"{changed} of {held.Length} calibration pictures");
        StringAssert.Contains(error.Message, quantization == OnnxQuantization.Int8 ? "MaxAccuracyLoss" : "MaxTextSideLoss");
        StringAssert.Contains(error.Message, ((double)changed / held.Length).ToString("P2", CultureInfo.InvariantCulture));
        StringAssert.Contains(error.Message, "Nothing was written");
        Assert.DoesNotContain("LabelColumnName", error.Message);

        // And the other way around: predictions change, and no accuracy is lost.
        LabelAs(photos, all);
        options.CalibrationData = Calibration.Data(photos);
        _fitted.Value.SaveAsOnnx(Target, options);
        AssertFound(Metadata()[last], held.Length, changed, held.Length - changed, held.Length);
    }

    [TestMethod]
    [DataRow(OnnxQuantization.Int8, OnnxTextSide.Exact)]
    [DataRow(OnnxQuantization.None, OnnxTextSide.Compiled)]
    public void WithoutLabelsChangedPredictionsCount(OnnxQuantization quantization, OnnxTextSide textSide)
    {
        OnnxExportOptions options = Calibration.Options(quantization, textSide);
        options.CalibrationData = Calibration.Data(Undecided(60));
        InvalidOperationException error = AssertRefused(options);
        StringAssert.Contains(error.Message, "LabelColumnName");
        Assert.DoesNotContain("instead of", error.Message);
    }

    [TestMethod]
    public void RowsWithoutALabelAreLeftOut()
    {
        List<Photo> photos = Undecided(10);
        LabelAs(photos, Transformers(photos));
        photos[3].Label = photos[7].Label = "";
        var ml = new MLContext(1);
        IDataView rows = ml.Data.LoadFromEnumerable(photos.Select(photo => new Keyless { Image = photo.ImagePath, Label = photo.Label }));
        IDataView keys = ml.Data.LoadFromEnumerable(
            photos.Select(photo => photo.Label).Where(label => label.Length > 0).Distinct().Select(label => new Keyless { Label = label }));
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Exact);
        (options.MaxAccuracyLoss, options.LabelColumnName) = (1, "Label");
        // A label that is no key value becomes a missing key.
        options.CalibrationData = ml.Transforms.Conversion.MapValueToKey("Label").Fit(keys).Transform(rows);
        _fitted.Value.SaveAsOnnx(Target, options);

        using var found = JsonDocument.Parse(Metadata()["loreal.int8"]);
        Assert.AreEqual(18, found.RootElement.GetProperty("pictures").GetInt32());
        Assert.AreEqual(18, found.RootElement.GetProperty("rightBefore").GetInt32());
    }

    [TestMethod]
    public void WhatWasFoundIsLogged()
    {
        var ml = new MLContext(1);
        var messages = new List<string>();
        ml.Log += (_, entry) =>
        {
            if (entry.Kind == ChannelMessageKind.Info)
            {
                messages.Add(entry.RawMessage);
            }
        };
        ITransformer[] steps = [.. (IEnumerable<ITransformer>)Trained.Pipeline(ml, Trained.Options()).Fit(Trained.Data(ml))];
        using LorealTransformer transformer = steps.OfType<LorealTransformer>().Single();
        messages.Clear();
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Compiled);
        transformer.SaveAsOnnx(Target, options);

        string text = messages.Single(message => message.StartsWith("TextSide Compiled: ", StringComparison.Ordinal));
        string whole = messages.Single(
            message => message.StartsWith("Quantization Int8 with TextSide Compiled: ", StringComparison.Ordinal));
        StringAssert.Contains(text, " of 7 calibration pictures");
        StringAssert.Contains(whole, " of 7 calibration pictures");
    }

    [TestMethod]
    public void TheOptionsStayAsTheyAre()
    {
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Compiled);
        options.Input = OnnxInput.Image;
        string before = Text();
        Trained.Loreal.SaveAsOnnx(Target, options);
        Assert.AreEqual(before, Text());

        string Text() => string.Join(
            '\n', typeof(OnnxExportOptions).GetProperties().Select(property => $"{property.Name}: {property.GetValue(options)}"));
    }

    [TestMethod]
    public void SettingsThatCannotBeUsedAreRefused()
    {
        IDataView data = Calibration.Data(Trained.Photos);
        AssertSetting("CalibrationData", options => options.Quantization = OnnxQuantization.Int8);
        AssertSetting("CalibrationData", options => options.TextSide = OnnxTextSide.Compiled);
        AssertSetting("CalibrationData", options => options.CalibrationData = data);
        AssertSetting("LabelColumnName", options => options.LabelColumnName = "Label");
        AssertSetting("Quantization", options => options.Quantization = (OnnxQuantization)9);
        AssertSetting("TextSide", options => options.TextSide = (OnnxTextSide)9);
        foreach (double wrong in new[] { -0.01, 1.01, double.NaN, double.PositiveInfinity })
        {
            AssertSetting("MaxAccuracyLoss", options => options.MaxAccuracyLoss = wrong);
            AssertSetting("MaxTextSideLoss", options => options.MaxTextSideLoss = wrong);
        }
    }

    [TestMethod]
    [DataRow("MaPLe")]
    [DataRow("PromptKD")]
    public void ThereIsNothingToCompileWhereTheTextIsConstant(string method)
    {
        using LorealTransformer? fitted = method == "PromptKD" ? null : ExportedScoreTests.Fit(Trained.Backbone, method, false, 2);
        ClipClassifierTransformer transformer = (ClipClassifierTransformer?)fitted ?? PromptKD.Taught.Student;
        ArgumentException error = AssertWritesNothing<ArgumentException>(
            transformer, Calibration.Options(OnnxQuantization.None, OnnxTextSide.Compiled));
        StringAssert.Contains(error.Message, "Leave TextSide at Exact");
    }

    [TestMethod]
    public void DataThatCannotBeUsedIsRefused()
    {
        var ml = new MLContext(1);
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Exact);
        options.CalibrationData = ml.Data.LoadFromEnumerable(Trained.Photos);
        StringAssert.Contains(Refused<ArgumentOutOfRangeException>().Message, "There is no image column 'Image'");

        options.CalibrationData = ml.Transforms.CopyColumns("Image", "ImagePath").Fit(options.CalibrationData)
            .Transform(options.CalibrationData);
        options.LabelColumnName = "Label";
        StringAssert.Contains(Refused<ArgumentOutOfRangeException>().Message, "not a key");
        options.LabelColumnName = "Absent";
        StringAssert.Contains(Refused<ArgumentOutOfRangeException>().Message, "'Absent'");

        options.LabelColumnName = "Label";
        options.CalibrationData = Calibration.Data(
            Trained.Photos.Select((photo, i) => new Photo { ImagePath = photo.ImagePath, Label = i == 4 ? "violet" : photo.Label }));
        ArgumentException other = Refused<ArgumentException>();
        StringAssert.Contains(other.Message, "\"violet\"");
        StringAssert.Contains(other.Message, "calibration data");

        options.CalibrationData = ml.Data.SkipRows(Calibration.Data(Trained.Photos), 100);
        StringAssert.Contains(Refused<ArgumentException>().Message, "0 usable picture(s); expected: at least 1");
        options.TextSide = OnnxTextSide.Compiled;
        options.CalibrationData = Calibration.Data(Trained.Photos.Take(1));
        StringAssert.Contains(Refused<ArgumentException>().Message, "1 usable picture(s); expected: at least 2");

        T Refused<T>()
            where T : Exception => AssertWritesNothing<T>(Trained.Loreal, options);
    }

    [TestMethod]
    public void APictureThatCannotBeReadIsRefusedOrSkippedAsTheTransformerWould()
    {
        File.WriteAllText(_folder["damaged.png"], "no picture");
        List<Photo> photos = [.. Trained.Photos];
        photos.Insert(2, new Photo { ImagePath = _folder["damaged.png"], Label = "red" });
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Exact);
        options.CalibrationData = Calibration.Data(photos);
        InvalidDataException error = AssertWritesNothing<InvalidDataException>(Trained.Loreal, options);
        StringAssert.Contains(error.Message, "damaged.png");
        StringAssert.Contains(error.Message, "row 2 ");

        LorealTrainer.Options training = Trained.Options();
        training.OnInvalidImage = InvalidImageAction.Skip;
        var ml = new MLContext(1);
        using LorealTransformer skipping = ml.MulticlassClassification.Trainers.Loreal(training).Fit(Trained.Prepared(ml));
        skipping.SaveAsOnnx(Target, options);
        using var found = JsonDocument.Parse(Metadata()["loreal.int8"]);
        Assert.AreEqual(Trained.Photos.Count, found.RootElement.GetProperty("pictures").GetInt32());
    }

    [TestMethod]
    public void AMeasurementThatIsCanceledWhilePicturesAreReadLeavesWhatWasThere()
    {
        using var source = new CancellationTokenSource();
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Compiled);
        options.CancellationToken = source.Token;
        int read = 0;
        options.CalibrationData = new MLContext(1).Data.FilterByCustomPredicate<Row>(options.CalibrationData, _ =>
        {
            if (++read == 5)
            {
                source.Cancel();
            }

            return false;
        });

        AssertWritesNothing<OperationCanceledException>(Trained.Loreal, options);
        Assert.IsInRange(5, 6, read); // with the first row of the second try, to a stream
    }

    [TestMethod]
    [DataRow("Read 15 rows")]
    [DataRow("TextSide Compiled: ")]
    [DataRow("Quantization Int8 with TextSide Compiled: ")]
    public void AMeasurementThatIsCanceledLaterLeavesWhatWasThere(string message)
    {
        using var source = new CancellationTokenSource();
        var ml = new MLContext(1);
        using LorealTransformer transformer = ml.MulticlassClassification.Trainers.Loreal(Trained.Options()).Fit(Trained.Prepared(ml));
        ml.Log += (_, entry) =>
        {
            if (entry.RawMessage.StartsWith(message, StringComparison.Ordinal))
            {
                source.Cancel();
            }
        };
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Compiled);
        options.CancellationToken = source.Token;

        Assert.IsLessThanOrEqualTo(
            0, TensorCount.Growth(() => AssertWritesNothing<OperationCanceledException>(transformer, options)));
    }

    [TestMethod]
    public void AFileThatCannotBeWrittenIsNoticedBeforePicturesAreRead()
    {
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Exact);
        options.CalibrationData = new MLContext(1).Data.FilterByCustomPredicate<Row>(
            options.CalibrationData, _ => throw new AssertFailedException("a picture was read"));
        DirectoryNotFoundException error = Assert.ThrowsExactly<DirectoryNotFoundException>(
            () => Trained.Loreal.SaveAsOnnx(_folder["missing/model.onnx"], options));
        StringAssert.Contains(error.Message, "missing");
        Assert.ThrowsExactly<IOException>(() => Trained.Loreal.SaveAsOnnx(Path.GetDirectoryName(Target)!, options));
    }

    [TestMethod]
    public void NativeMemoryIsFreed()
    {
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Compiled);
        Trained.Loreal.SaveAsOnnx(Target, options);
        Assert.IsLessThanOrEqualTo(0, TensorCount.Growth(() => Trained.Loreal.SaveAsOnnx(Target, options)));

        options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Compiled);
        options.CalibrationData = Calibration.Data(Undecided(60));
        Assert.IsLessThanOrEqualTo(0, TensorCount.Growth(() => AssertRefused(options)));
    }

    private static void AssertSetting(string name, Action<OnnxExportOptions> set)
    {
        var options = new OnnxExportOptions();
        set(options);
        using var stream = new MemoryStream();
        ArgumentException error = Assert.Throws<ArgumentException>(() => Trained.Loreal.SaveAsOnnx(stream, options));
        Assert.AreEqual(name, error.ParamName);
        StringAssert.Contains(error.Message, name);
        Assert.AreEqual(0, stream.Length);
    }

    private static void AssertFound(string json, int pictures, int changed, int rightBefore, int rightAfter) => Assert.AreEqual(
        $"{{\"pictures\":{pictures},\"changed\":{changed},\"rightBefore\":{rightBefore},\"rightAfter\":{rightAfter}}}", json);

    private static void LabelAs(IEnumerable<Photo> photos, string[] labels)
    {
        foreach ((Photo photo, string label) in photos.Zip(labels))
        {
            photo.Label = label;
        }
    }

    private static string[] Transformers(IEnumerable<Photo> photos) =>
        Predictions([.. photos.Select(photo => Pixels(photo.ImagePath))]);

    private static byte[] Pixels(string path)
    {
        using RgbImage image = new ImageDecoder(1_000_000).Decode(path);
        byte[] pixels = new byte[3 * _fitted.Value.Resolution * _fitted.Value.Resolution];
        _fitted.Value.Scorer.ImageProcessor.EvaluatePixels(image, _fitted.Value.Resolution, pixels);
        return pixels;
    }

    private static string[] Predictions(byte[][] pictures) =>
    [
        .. ExportedScoreTests.Scores(_fitted.Value, pictures).Select(
            scores => _fitted.Value.ClassNames[Array.IndexOf(scores, scores.Max())]),
    ];

    private string[] Exported(IEnumerable<Photo> photos)
    {
        using var classifier = LorealClassifier.Load(Target);
        return [.. photos.Select(photo => classifier.Predict(photo.ImagePath).ClassName)];
    }

    private Dictionary<string, string> Metadata()
    {
        using var run = new OnnxRun(Target);
        return run.Metadata.CustomMetadataMap;
    }

    /// <summary>The same with no loss allowed: refused, and what was there stays.</summary>
    private InvalidOperationException AssertRefused(OnnxExportOptions options)
    {
        (double accuracy, double text) = (options.MaxAccuracyLoss, options.MaxTextSideLoss);
        options.MaxAccuracyLoss = 0;
        // Of both the second is to be refused.
        options.MaxTextSideLoss = options.Quantization == OnnxQuantization.None ? 0 : text;
        InvalidOperationException error = AssertWritesNothing<InvalidOperationException>(_fitted.Value, options);
        StringAssert.Contains(error.Message, "allows 0.00 %");
        (options.MaxAccuracyLoss, options.MaxTextSideLoss) = (accuracy, text);
        return error;
    }

    private T AssertWritesNothing<T>(ClipClassifierTransformer transformer, OnnxExportOptions options)
        where T : Exception
    {
        File.WriteAllText(Target, "what was there");
        T error = Assert.ThrowsExactly<T>(() => transformer.SaveAsOnnx(Target, options));
        Assert.AreEqual("what was there", File.ReadAllText(Target));
        Assert.HasCount(1, Directory.GetFiles(Path.GetDirectoryName(Target)!, "model.onnx*"));
        using var stream = new MemoryStream();
        Assert.ThrowsExactly<T>(() => transformer.SaveAsOnnx(stream, options));
        Assert.AreEqual(0, stream.Length);
        return error;
    }

    /// <summary>
    /// By turns one of the training's and a mixture of two of them around the one where the prediction goes from one's class to the
    /// other's: the least change of the scores changes some of these predictions, and the text side is fitted to the others.
    /// </summary>
    private List<Photo> Undecided(int count)
    {
        byte[][] pictures = [.. Trained.Photos.Select(photo => Pixels(photo.ImagePath))];
        string[] classes = Predictions(pictures);
        byte[] one = pictures[0];
        byte[] other = pictures[Array.FindIndex(classes, name => name != classes[0])];
        (double low, double high) = (0, 1);
        while (high - low > 1e-4)
        {
            double middle = (low + high) / 2;
            (low, high) = Predictions([Mixture(middle)])[0] == classes[0] ? (middle, high) : (low, middle);
        }

        int side = _fitted.Value.Resolution;
        string folder = Directory.CreateDirectory(_folder["undecided"]).FullName;
        return
        [
            .. Enumerable.Range(0, count).SelectMany(i =>
            {
                byte[] levels = Mixture(low + ((i - (count / 2)) * 2e-4));
                string path = Path.Combine(folder, $"{i:000}.png");
                using var picture = Image.LoadPixelData<Rgb24>(levels, side, side);
                picture.SaveAsPng(path);
                string trained = Trained.Photos[i % Trained.Photos.Count].ImagePath;
                return new Photo[] { new() { ImagePath = trained }, new() { ImagePath = path } };
            }),
        ];

        byte[] Mixture(double share) => [.. one.Zip(other, (a, b) => (byte)Math.Round(a + ((b - a) * share)))];
    }

    private sealed class Keyless
    {
        public string Image { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class Row
    {
        public int Number { get; set; }
    }
}
