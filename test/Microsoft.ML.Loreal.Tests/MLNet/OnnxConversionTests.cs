using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.MLNet;

/// <summary>ConvertToOnnx walks the transformed view back to its source. It must not take ours for the source.</summary>
[TestClass]
public sealed class OnnxConversionTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void ALastStepIsNotLeftOutSilently() => AssertRefused(Keyed().Append(Fixed(Trained.Loreal)));

    [TestMethod]
    public void AStepInTheMiddleIsNotLeftOutSilently() => AssertRefused(Keyed()
        .Append(Fixed(Trained.Loreal))
        .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
        .Append(_ml.Transforms.CopyColumns("Probabilities", "Score")));

    [TestMethod]
    public void NotEvenWhereItsColumnsAreDropped() => AssertRefused(Keyed()
        .Append(Fixed(Trained.Loreal))
        .Append(_ml.Transforms.CopyColumns("Probabilities", "Score"))
        .Append(_ml.Transforms.DropColumns("Score", "PredictedLabel")));

    [TestMethod]
    public void OtherClassesAreNotLeftOutSilently()
    {
        using LorealTransformer others = Trained.Loreal.WithClasses(["cat", "dog"]);
        AssertRefused(Keyed().Append(Fixed(others)));
    }

    [TestMethod]
    public void AStudentOfPromptKDIsNotLeftOutSilently() => AssertRefused(Keyed().Append(Fixed(PromptKD.Taught.Student)));

    [TestMethod]
    public void AScoredViewSaysThatItIsNoModel()
    {
        var view = (ScoredView)Trained.Loreal.Transform(Trained.Prepared(_ml));
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => view.Save(null!)).Message, "mlContext.Model.Save");
    }

    [TestMethod]
    public void ScoresTravelThroughABinaryFile()
    {
        using var folder = new TemporaryFolder();
        IDataView scored = Trained.Loreal.Transform(Trained.Prepared(_ml));
        using (FileStream file = File.Create(folder["scores.idv"]))
        {
            _ml.Data.SaveAsBinary(scored, file);
        }

        Rows.AssertIdentical(Rows.Scores(scored), Rows.Scores(_ml.Data.LoadFromBinary(folder["scores.idv"])));
    }

    private EstimatorChain<ITransformer> Keyed() => new EstimatorChain<ITransformer>()
        .Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
        .Append(_ml.Transforms.CopyColumns("Image", nameof(Photo.ImagePath)) as IEstimator<ITransformer>);

    private void AssertRefused(IEstimator<ITransformer> pipeline)
    {
        IDataView data = Trained.Data(_ml);
        ITransformer model = pipeline.Fit(data);
        using var stream = new MemoryStream();
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
            () => _ml.Model.ConvertToOnnx(model, data, stream));
        StringAssert.Contains(error.Message, "'Score'");
        StringAssert.Contains(error.Message, nameof(ClipClassifierTransformer.SaveAsOnnx));
        Assert.AreEqual(0, stream.Length);
    }

    private static Already Fixed(ITransformer transformer) => new(transformer);

    /// <summary>A step that is trained already.</summary>
    private sealed class Already(ITransformer transformer) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input) => transformer;

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => OutputColumns.Append(inputSchema, "PredictedLabel", "Score", null);
    }
}
