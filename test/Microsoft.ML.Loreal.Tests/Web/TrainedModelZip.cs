using Microsoft.ML.Loreal.Samples.WebScoring;

namespace Microsoft.ML.Loreal.Tests.Web;

/// <summary>The shared trained pipeline as a model.zip.</summary>
internal sealed class TrainedModelZip : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainedModelZip()
    {
        var ml = new MLContext(1);
        ml.Model.Save(Trained.Model, Trained.Data(ml).Schema, _folder["model.zip"]);
    }

    public IModelSource Source => new SavedModel(_folder["model.zip"]);

    /// <summary>The scores of a file, in the order of the classes, from a prediction engine of its own.</summary>
    public static float[] Scores(byte[] file)
    {
        using PredictionEngine<EncodedPhoto, PhotoScores> engine =
            new MLContext(1).Model.CreatePredictionEngine<EncodedPhoto, PhotoScores>(
                Trained.Loreal, new PredictionEngineOptions { OwnsTransformer = false });
        return engine.Predict(new EncodedPhoto { Image = file }).Score;
    }

    public void Dispose() => _folder.Dispose();
}
