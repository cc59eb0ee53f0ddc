using System.Runtime.CompilerServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// A model that was trained and saved in one build mode opens in the other and scores the same. The folder SavedModels has one of each origin: a whole
/// pipeline (MapValueToKey, LoadImages, LOREAL, MapKeyToValue) and the scores that it gave where it was made.
/// </summary>
[TestClass]
public sealed class InterchangeTests
{
    // Set it to 1 to write the running mode's model and scores anew.
    private const string UpdateVariable = "LOREAL_UPDATE_SAVED_MODELS";

    // The same model on another processor or another libtorch sums in another order.
    private const float Tolerance = 1e-5f;

    [TestMethod]
    [DataRow("offline")]
    [DataRow("nuget")]
    public void AModelOfEitherOriginScoresAsItDidThere(string origin)
    {
        string model = Path.Combine(SavedModels(), origin + ".zip");
        string scores = Path.ChangeExtension(model, ".txt");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1" && origin == ThisOrigin)
        {
            Write(model, scores);
        }

        var ml = new MLContext(5);
        ITransformer loaded = ml.Model.Load(model, out DataViewSchema schema);
        using var disposable = (IDisposable)loaded;
        CollectionAssert.AreEqual(new[] { "ImagePath", "FileName", "Label", "Number", "Features" }, schema.Select(column => column.Name).ToArray());
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

    private static string ThisOrigin => StandIns.Have(typeof(MLContext)) ? "offline" : "nuget";

    private static void Write(string model, string scores)
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Data(ml);
        // The rows have the pictures' full names, so that the saved LoadImages knows no folder.
        ITransformer trained = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadImages("Image", "", "ImagePath"))
            .Append(ml.MulticlassClassification.Trainers.Loreal(Trained.Options()))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(data);
        using var disposable = (IDisposable)trained;
        ml.Model.Save(trained, data.Schema, model);
        ScoringProcess.WriteScores(scores, Rows.Scores(trained.Transform(data)));
    }

    private static string SavedModels([CallerFilePath] string source = "") =>
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(source)!, "SavedModels")).FullName;
}
