using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Pipeline;

/// <summary>The column with the image features.</summary>
[TestClass]
public sealed class FeatureColumnTests
{
    private const string Name = "ImageFeatures";

    private readonly MLContext _ml = new(1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void FeaturesAreThoseOfTheTowerAndOfUnitLength()
    {
        IDataView data = Trained.Prepared(_ml);
        using LorealTransformer model = Trained.Loreal.WithClasses(Trained.Loreal.ClassNames);
        List<float[]> before = Rows.Scores(model.Transform(data));
        model.FeatureColumnName = Name;

        IDataView scored = model.Transform(data);

        Assert.AreEqual(
            new VectorDataViewType(NumberDataViewType.Single, model.Backbone.Config.EmbedDimension), scored.Schema[Name].Type);
        List<float[]> features = Features(scored);
        foreach (float[] one in features)
        {
            Assert.AreEqual(1, one.Sum(value => value * value), 1e-5);
        }

        Assert.IsGreaterThan(1, features.Select(one => string.Join(' ', one)).Distinct().Count());
        Rows.AssertIdentical(before, Rows.Scores(scored));
        Assert.AreEqual(data.Schema.Count + 3, scored.Schema.Count);
        Assert.IsNull(Trained.Loreal.FeatureColumnName);
    }

    [TestMethod]
    public void AnExportedModelGivesTheSameFeatures()
    {
        IDataView data = Trained.Prepared(_ml);
        using LorealTransformer model = Trained.Loreal.WithClasses(Trained.Loreal.ClassNames);
        model.FeatureColumnName = Name;
        string path = _folder["model.onnx"];
        model.SaveAsOnnx(path);
        LorealOnnxEstimator estimator = _ml.Transforms.ApplyLorealOnnx(path, new LorealOnnxOptions { FeatureColumnName = Name });
        using LorealOnnxTransformer exported = estimator.Fit(data);

        List<float[]> expected = Features(model.Transform(data));

        foreach ((float[] one, float[] other) in expected.Zip(Features(exported.Transform(data))))
        {
            Assert.HasCount(one.Length, other);
            foreach ((float a, float b) in one.Zip(other))
            {
                Assert.AreEqual(a, b, 1e-5f);
            }
        }

        Assert.IsTrue(estimator.GetOutputSchema(Shapes.Of(data.Schema)).Any(column => column.Name == Name));
        exported.FeatureColumnName = null;
        Assert.IsNull(exported.GetOutputSchema(data.Schema).GetColumnOrNull(Name));
    }

    [TestMethod]
    public void TheColumnIsSavedWithTheTransformer()
    {
        IDataView data = Trained.Prepared(_ml);
        using LorealTransformer model = Trained.Loreal.WithClasses(Trained.Loreal.ClassNames);
        model.FeatureColumnName = Name;
        string path = _folder["model.zip"];
        _ml.Model.Save(model, data.Schema, path);

        ITransformer loaded = _ml.Model.Load(path, out _);

        Rows.AssertIdentical(Features(model.Transform(data)), Features(loaded.Transform(data)));
        // The path of a prediction engine.
        IRowToRowMapper mapper = loaded.GetRowToRowMapper(data.Schema);
        using DataViewRowCursor cursor = data.GetRowCursor(mapper.GetDependencies(mapper.OutputSchema));
        using DataViewRow row = mapper.GetRow(cursor, mapper.OutputSchema);
        ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(mapper.OutputSchema[Name]);
        cursor.MoveNext();
        VBuffer<float> first = default;
        getter(ref first);
        Assert.HasCount(model.Backbone.Config.EmbedDimension, first.DenseValues());
        (loaded as IDisposable)?.Dispose();
    }

    [TestMethod]
    public void AViewKeepsTheColumnThatItHas()
    {
        IDataView data = Trained.Prepared(_ml);
        using LorealTransformer model = Trained.Loreal.WithClasses(Trained.Loreal.ClassNames);
        model.FeatureColumnName = Name;
        IDataView scored = model.Transform(data);
        List<float[]> features = Features(scored);

        model.FeatureColumnName = null;

        Rows.AssertIdentical(features, Features(scored));
        Assert.IsNull(model.Transform(data).Schema.GetColumnOrNull(Name));
    }

    [TestMethod]
    public void NamesOfOtherAddedColumnsAreRefused()
    {
        using LorealTransformer model = Trained.Loreal.WithClasses(Trained.Loreal.ClassNames);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.FeatureColumnName = "Score").Message, "ScoreColumnName");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => model.FeatureColumnName = "PredictedLabel").Message, "PredictedLabelColumnName");
        Assert.ThrowsExactly<ArgumentException>(() => model.FeatureColumnName = " ");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.FeatureColumnName = "Image").Message, "ImageColumnName");
        LorealTrainer.Options options = Trained.Options();
        options.FeatureColumnName = options.LabelColumnName;
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _ml.MulticlassClassification.Trainers.Loreal(options)).Message,
            "LabelColumnName");
        Assert.IsNull(model.FeatureColumnName);
    }

    private static List<float[]> Features(IDataView scored) =>
        [.. Rows.Read<VBuffer<float>>(scored, Name).Select(value => value.DenseValues().ToArray())];
}
