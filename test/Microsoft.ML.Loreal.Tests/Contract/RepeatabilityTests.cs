using System.IO.Compression;

namespace Microsoft.ML.Loreal.Tests.Contract;

/// <summary>The same input gives the same model, and a model survives saving unchanged.</summary>
[TestClass]
public sealed class RepeatabilityTests
{
    [TestMethod]
    public void OneTrainerFittedTwiceGivesEqualWeights()
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(Trained.Options());
        using LorealTransformer first = trainer.Fit(data);
        using LorealTransformer second = trainer.Fit(data);
        Dictionary<string, byte[]> expected = Parts(first);
        AssertSame(expected, Parts(second));
        AssertSame(expected, Parts(Trained.Loreal));
    }

    [TestMethod]
    public void RowsInAnotherOrderGiveAnotherModelAndTheSameRowsTheSame()
    {
        var ml = new MLContext(1);
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(Trained.Options());
        IDataView shuffled = Trained.Prepared(ml, ml.Data.ShuffleRows(Trained.Data(ml), seed: 3));
        using LorealTransformer first = trainer.Fit(shuffled);
        using LorealTransformer second = trainer.Fit(shuffled);
        using LorealTransformer cached = trainer.Fit(Trained.Prepared(new MLContext(8)));
        AssertSame(Parts(first), Parts(second));
        AssertSame(Parts(Trained.Loreal), Parts(cached));
        CollectionAssert.AreNotEqual(Parts(first)[LorealModel.TensorFile], Parts(cached)[LorealModel.TensorFile]);
    }

    [TestMethod]
    public void SavingWhatWasLoadedWritesTheSameContent()
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Data(ml);
        byte[] first = Zip(Trained.Model, data.Schema);
        ITransformer loaded = new MLContext(2).Model.Load(new MemoryStream(first), out DataViewSchema schema);
        byte[] second = Zip(loaded, schema);
        ITransformer again = new MLContext(3).Model.Load(new MemoryStream(second), out _);
        ((IDisposable)loaded).Dispose();
        ((IDisposable)again).Dispose();

        // The archive itself carries times; what is in it must not change.
        Dictionary<string, byte[]> expected = Entries(first);
        Dictionary<string, byte[]> actual = Entries(second);
        CollectionAssert.AreEqual(expected.Keys.ToArray(), actual.Keys.ToArray());
        AssertSame(expected, actual);
    }

    private static byte[] Zip(ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        new MLContext(1).Model.Save(model, schema, stream);
        return stream.ToArray();
    }

    private static Dictionary<string, byte[]> Entries(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using Stream stream = entry.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        });
    }

    private static Dictionary<string, byte[]> Parts(LorealTransformer transformer) => Training.TrainingRun.Save(transformer.Model);

    private static void AssertSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> actual)
    {
        Assert.HasCount(expected.Count, actual);
        foreach ((string name, byte[] content) in expected)
        {
            CollectionAssert.AreEqual(content, actual[name], name);
        }
    }
}
