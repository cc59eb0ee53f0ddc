using System.IO.Compression;
using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>An exported model as a step of a pipeline, against plain loops.</summary>
[TestClass]
public sealed class LorealOnnxTransformerTests
{
    private readonly MLContext _ml = new(1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void PicturesPathsAndBytesGiveThePlainScores()
    {
        string path = TinyOnnx.Write(_folder);
        IDataView pictures = Trained.Prepared(_ml);
        IDataView bytes = _ml.Data.LoadFromEnumerable(
            Trained.Photos.Select(photo => new EncodedPhoto { Image = File.ReadAllBytes(photo.ImagePath), Label = photo.Label }));
        using LorealOnnxTransformer transformer = _ml.Transforms.ApplyLorealOnnx(path).Fit(pictures);
        using LorealOnnxTransformer ofPaths = _ml.Transforms.ApplyLorealOnnx(
            path, new LorealOnnxOptions { ImageColumnName = nameof(Photo.ImagePath) }).Fit(pictures);

        List<float[]> scores = Rows.Scores(transformer.Transform(pictures));

        Assert.HasCount(Trained.Photos.Count, scores);
        foreach ((Photo photo, float[] score) in Trained.Photos.Zip(scores))
        {
            foreach ((float expected, float actual) in TinyOnnx.Plain(photo.ImagePath).Zip(score, (a, b) => (a, b)))
            {
                Assert.AreEqual(expected, actual, 1e-6f, photo.FileName);
            }
        }

        Rows.AssertIdentical(scores, Rows.Scores(ofPaths.Transform(pictures)));
        Rows.AssertIdentical(scores, Rows.Scores(transformer.Transform(bytes)));
        using var classifier = LorealClassifier.Load(path);
        Rows.AssertIdentical(
            scores, [.. classifier.Predict([.. Trained.Photos.Select(photo => photo.ImagePath)]).Select(one => one.Scores.ToArray())]);
    }

    [TestMethod]
    public void TheSchemaIsThatOfTheOtherTransformers()
    {
        IDataView data = Trained.Prepared(_ml);
        LorealOnnxEstimator estimator = _ml.Transforms.ApplyLorealOnnx(TinyOnnx.Write(_folder));
        using LorealOnnxTransformer transformer = estimator.Fit(data);

        DataViewSchema schema = transformer.GetOutputSchema(data.Schema);

        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["PredictedLabel"].GetKeyValues(ref names);
        CollectionAssert.AreEqual(TinyOnnx.ClassNames, names.DenseValues().Select(name => name.ToString()).ToArray());
        schema["Score"].GetSlotNames(ref names);
        CollectionAssert.AreEqual(TinyOnnx.ClassNames, names.DenseValues().Select(name => name.ToString()).ToArray());
        DataViewSchema other = Trained.Loreal.GetOutputSchema(data.Schema);
        CollectionAssert.AreEqual(
            other.Select(column => column.Name).ToArray(), schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(
            other["Score"].Annotations.Schema.Select(column => column.Name).ToArray(),
            schema["Score"].Annotations.Schema.Select(column => column.Name).ToArray());
        SchemaShape shape = estimator.GetOutputSchema(Shapes.Of(data.Schema));
        Assert.IsTrue(shape.Any(column => column.Name == "Score") && shape.Any(column => column.Name == "PredictedLabel"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(_ml.Data.LoadFromEnumerable(Trained.Photos)));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AChainIsSavedWithTheModelAndLoadedWithoutTheFile(bool inTwo)
    {
        IDataView data = Trained.Data(_ml);
        string path = inTwo ? TinyOnnx.WriteInTwo(_folder) : TinyOnnx.Write(_folder);
        var options = new LorealOnnxOptions { ImageColumnName = nameof(Photo.ImagePath), OnInvalidImage = InvalidImageAction.Skip };
        ITransformer model = _ml.Transforms.ApplyLorealOnnx(path, options)
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data);
        List<float[]> expected = Rows.Scores(model.Transform(data));
        _ml.Model.Save(model, data.Schema, _folder["chain.zip"]);
        (model as IDisposable)?.Dispose();
        Array.ForEach(Directory.GetFiles(Path.GetDirectoryName(path)!, TinyOnnx.FileName + "*"), File.Delete);

        var other = new MLContext(2);
        ITransformer loaded = other.Model.Load(_folder["chain.zip"], out DataViewSchema schema);
        Rows.AssertIdentical(expected, Rows.Scores(loaded.Transform(data)));

        // And once more, from what was loaded.
        other.Model.Save(loaded, schema, _folder["again.zip"]);
        (loaded as IDisposable)?.Dispose();
        ITransformer again = other.Model.Load(_folder["again.zip"], out _);
        Photo broken = new() { ImagePath = _folder["none.png"] };
        using PredictionEngine<Photo, PhotoPrediction> engine = other.Model.CreatePredictionEngine<Photo, PhotoPrediction>(again);
        Rows.AssertIdentical([expected[0]], [engine.Predict(Trained.Photos[0]).Score]);
        Assert.IsTrue(engine.Predict(broken).Score.All(float.IsNaN), "Skip was not saved.");
    }

    [TestMethod]
    public void ADamagedArchiveIsRefused()
    {
        IDataView data = Trained.Data(_ml);
        using LorealOnnxTransformer model = _ml.Transforms.ApplyLorealOnnx(
            TinyOnnx.Write(_folder), new LorealOnnxOptions { ImageColumnName = nameof(Photo.ImagePath) }).Fit(data);
        _ml.Model.Save(model, data.Schema, _folder["model.zip"]);
        using (ZipArchive zip = ZipFile.Open(_folder["model.zip"], ZipArchiveMode.Update))
        {
            ZipArchiveEntry part = zip.Entries.Single(entry => entry.Name == "Model.onnx");
            string name = part.FullName;
            part.Delete();
            using Stream stream = zip.CreateEntry(name).Open();
            stream.Write("something else"u8);
        }

        Exception error = Assert.Throws<Exception>(() => _ml.Model.Load(_folder["model.zip"], out _));
        StringAssert.Contains(error.ToString(), "Model.onnx");
    }

    [TestMethod]
    public void MetricsAreThoseOfTheScores()
    {
        IDataView data = _ml.Transforms.Conversion.MapValueToKey(
            "Label", keyData: _ml.Data.LoadFromEnumerable(TinyOnnx.ClassNames.Select(name => new { Label = name })))
            .Fit(Labeled()).Transform(Labeled());
        using LorealOnnxTransformer transformer = _ml.Transforms.ApplyLorealOnnx(
            TinyOnnx.Write(_folder), new LorealOnnxOptions { ImageColumnName = nameof(Photo.ImagePath) }).Fit(data);

        MulticlassClassificationMetrics metrics = _ml.MulticlassClassification.Evaluate(transformer.Transform(data));

        double loss = Trained.Photos.Average(photo => -Math.Log(TinyOnnx.Plain(photo.ImagePath).Max()));
        Assert.AreEqual(1, metrics.MicroAccuracy, 1e-12);
        Assert.AreEqual(loss, metrics.LogLoss, 1e-6);

        // Every picture is labeled with what the plain loops say.
        IDataView Labeled() => _ml.Data.LoadFromEnumerable(Trained.Photos.Select(photo =>
        {
            float[] scores = TinyOnnx.Plain(photo.ImagePath);
            string label = TinyOnnx.ClassNames[Array.IndexOf(scores, scores.Max())];
            return new Photo { ImagePath = photo.ImagePath, Label = label, Features = new float[3] };
        }));
    }

    [TestMethod]
    public void SettingsThatCannotBeUsedAreRefused()
    {
        string path = TinyOnnx.Write(_folder);
        Assert.ThrowsExactly<ArgumentException>(
            () => _ml.Transforms.ApplyLorealOnnx(path, new LorealOnnxOptions { ImageColumnName = "" }));
        Assert.ThrowsExactly<ArgumentException>(
            () => _ml.Transforms.ApplyLorealOnnx(path, new LorealOnnxOptions { ScoreColumnName = "PredictedLabel" }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Transforms.ApplyLorealOnnx(path, new LorealOnnxOptions { OnInvalidImage = (InvalidImageAction)9 }));
    }

    [TestMethod]
    public void ADisposedTransformerSaysSo()
    {
        IDataView data = Trained.Prepared(_ml);
        LorealOnnxTransformer transformer = _ml.Transforms.ApplyLorealOnnx(TinyOnnx.Write(_folder)).Fit(data);
        IDataView scored = transformer.Transform(data);
        transformer.Dispose();
        StringAssert.Contains(Assert.ThrowsExactly<ObjectDisposedException>(() => Rows.Scores(scored)).Message, "transformer was disposed");
    }
}
