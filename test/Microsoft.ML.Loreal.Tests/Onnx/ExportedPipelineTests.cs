namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>From training to the small device: what was exported scores files as the transformer does.</summary>
[TestClass]
public sealed class ExportedPipelineTests
{
    private const double Tolerance = 1e-4;

    [TestMethod]
    [DataRow("LOREAL", false)]
    [DataRow("LOREAL", true)]
    [DataRow("PromptKD", false)]
    public void ItScoresFilesAsTheTransformerDoes(string kind, bool externalWeights)
    {
        using var folder = new TemporaryFolder();
        ClipClassifierTransformer transformer = kind == "LOREAL" ? Trained.Loreal : PromptKD.Taught.Student;
        string file = folder["model.onnx"];
        transformer.SaveAsOnnx(file, new OnnxExportOptions { ExternalWeights = externalWeights });

        var ml = new MLContext(1);
        IDataView rows = Trained.Data(ml);
        IDataView paths = ml.Transforms.CopyColumns("Image", nameof(Photo.ImagePath)).Fit(rows).Transform(rows);
        List<float[]> expected = Rows.Scores(transformer.Transform(paths));

        ITransformer model = ml.Transforms.ApplyLorealOnnx(file).Fit(paths);
        AssertClose(expected, Rows.Scores(model.Transform(paths)));
        ml.Model.Save(model, paths.Schema, folder["model.zip"]);
        AssertClose(expected, Rows.Scores(ml.Model.Load(folder["model.zip"], out _).Transform(paths)));

        using var classifier = LorealClassifier.Load(file);
        CollectionAssert.AreEqual(transformer.ClassNames.ToArray(), classifier.ClassNames.ToArray());
        string[] files = [.. Trained.Photos.Select(photo => photo.ImagePath)];
        AssertClose(expected, [.. classifier.Predict(files).Select(prediction => prediction.Scores.ToArray())]);
        (model as IDisposable)?.Dispose();
    }

    private static void AssertClose(List<float[]> expected, List<float[]> actual)
    {
        Assert.HasCount(expected.Count, actual);
        foreach ((float[] first, float[] second) in expected.Zip(actual))
        {
            Assert.IsTrue(first.Zip(second).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance));
        }
    }
}
