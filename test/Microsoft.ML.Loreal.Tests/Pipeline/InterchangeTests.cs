using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// Models that earlier builds saved open and score as they did there. The folder SavedModels has two: whole pipelines (MapValueToKey,
/// LoadImages, LOREAL, MapKeyToValue) and the scores that they gave where they were made, one on ML.NET's packages, one on another
/// implementation of its zip.
/// </summary>
[TestClass]
public sealed class InterchangeTests
{
    private static readonly string _savedModels = Repository.At("test", "Microsoft.ML.Loreal.Tests", "Pipeline", "SavedModels");

    // The same model on another processor or another libtorch sums in another order.
    private const float Tolerance = 1e-5f;

    [TestMethod]
    [DataRow("system-libtorch")]
    [DataRow("packages")]
    public void AModelOfAnEarlierBuildScoresAsItDidThere(string origin)
    {
        string model = Path.Combine(_savedModels, origin + ".zip");
        string scores = Path.ChangeExtension(model, ".txt");
        var ml = new MLContext(5);
        ITransformer loaded = ml.Model.Load(model, out DataViewSchema schema);
        using var disposable = (IDisposable)loaded;
        CollectionAssert.AreEqual(
            new[] { "ImagePath", "FileName", "Label", "Number", "Features" }, schema.Select(column => column.Name).ToArray());
        IDataView output = loaded.Transform(Trained.Data(ml));

        List<float[]> expected = ScoringProcess.ReadScores(scores);
        List<float[]> actual = Rows.Scores(output);
        Assert.HasCount(expected.Count, actual);
        string[] labels = [.. ((IEnumerable<ITransformer>)loaded).OfType<LorealTransformer>().Single().ClassNames];
        string[] predicted = [.. output.GetColumn<string>("PredictedLabel")];
        foreach (((float[] there, float[] here), string label) in expected.Zip(actual).Zip(predicted))
        {
            Assert.HasCount(there.Length, here);
            for (int index = 0; index < here.Length; index++)
            {
                Assert.AreEqual(there[index], here[index], Tolerance);
            }

            Assert.AreEqual(labels[Array.IndexOf(there, there.Max())], label);
        }
    }
}
