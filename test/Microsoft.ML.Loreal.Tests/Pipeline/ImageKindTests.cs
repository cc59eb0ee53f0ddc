namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class ImageKindTests
{
    [TestMethod]
    public void PicturesPathsAndEncodedFilesGiveTheSameScores()
    {
        var ml = new MLContext(1);
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(Trained.Prepared(ml)));
        Rows.AssertIdentical(expected, Rows.Scores(Trained.Loreal.Transform(Paths(ml))));
        Rows.AssertIdentical(expected, Rows.Scores(Trained.Loreal.Transform(Encoded(ml))));
    }

    [TestMethod]
    public void PicturesPathsAndEncodedFilesTrainTheSameModel()
    {
        var ml = new MLContext(1);
        IDataView test = Paths(ml);
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(test));
        foreach (IDataView data in new[] { Paths(ml), Encoded(ml) })
        {
            using LorealTransformer model = ml.MulticlassClassification.Trainers.Loreal(Trained.Options()).Fit(data);
            Rows.AssertIdentical(expected, Rows.Scores(model.Transform(test)));
        }
    }

    private static IDataView Paths(MLContext ml) => Keyed(ml, ml.Transforms.CopyColumns("Image", "ImagePath"), Trained.Data(ml));

    private static IDataView Encoded(MLContext ml)
    {
        IDataView data = ml.Data.LoadFromEnumerable(
            Trained.Photos.Select(photo => new EncodedPhoto { Image = File.ReadAllBytes(photo.ImagePath), Label = photo.Label }).ToList());
        return ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private static IDataView Keyed(MLContext ml, IEstimator<ITransformer> first, IDataView data) =>
        first.Append(ml.Transforms.Conversion.MapValueToKey("Label")).Fit(data).Transform(data);
}
