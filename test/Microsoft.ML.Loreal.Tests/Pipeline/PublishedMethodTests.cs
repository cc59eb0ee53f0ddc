namespace Microsoft.ML.Loreal.Tests;

/// <summary>Every base method with its published settings and LOREAL, from an ML.NET pipeline to a saved and reloaded model.</summary>
[TestClass]
public sealed class PublishedMethodTests
{
    public static IEnumerable<object[]> Settings =>
    [
        ["CoOp", PublishedSettings.CoOp],
        ["MaPLe", PublishedSettings.MaPLe],
        ["MMA", PublishedSettings.Mma()],
        ["MMRL", PublishedSettings.Mmrl(PublishedDataSet.OxfordPets)],
    ];

    [TestMethod]
    [DynamicData(nameof(Settings))]
    public void TrainsAndReloads(string name, PublishedSettings settings)
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        LorealTrainer.Options options = Trained.Options().Use(settings);
        options.BaseStage!.Epochs = 2;
        ITransformer model = Trained.Pipeline(ml, options).Fit(Trained.Data(ml));
        List<float[]> expected = Rows.Scores(model.Transform(Trained.Data(ml)));
        ml.Model.Save(model, Trained.Data(ml).Schema, folder["model.zip"]);
        (model as IDisposable)?.Dispose();

        ITransformer reloaded = new MLContext(2).Model.Load(folder["model.zip"], out _);
        Rows.AssertIdentical(expected, Rows.Scores(reloaded.Transform(Trained.Data(new MLContext(2)))));
        Assert.AreEqual(name, settings.Method.Name);
        (reloaded as IDisposable)?.Dispose();
    }
}
