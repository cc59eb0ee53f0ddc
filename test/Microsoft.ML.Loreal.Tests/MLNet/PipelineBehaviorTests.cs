using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Loreal.Tests.MLNet;

/// <summary>Chains of estimators and transformers, prediction engines and the context's log.</summary>
[TestClass]
public sealed class PipelineBehaviorTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void AChainThatCannotFitFailsBeforeAnythingIsFitted()
    {
        bool fitted = false;
        var first = new Passing(() => new Disposing(), () => fitted = true);

        ArgumentOutOfRangeException error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => first.Append(_ml.Transforms.CopyColumns("C", "Nowhere")).Fit(Rows(1)));

        StringAssert.Contains(error.Message, "Nowhere");
        Assert.IsFalse(fitted);
    }

    [TestMethod]
    public void DisposingAChainDisposesItsTransformersOnce()
    {
        var transformer = new Disposing();
        TransformerChain<ColumnCopyingTransformer> model = new Passing(() => transformer, () => { }).Append(
            _ml.Transforms.CopyColumns("B", nameof(Row.A))).Fit(Rows(1));

        model.Dispose();
        model.Dispose();

        Assert.AreEqual(1, transformer.Disposed);
    }

    [TestMethod]
    public void ACacheCheckpointKeepsLaterEstimatorsFromReadingTheSourceAgain()
    {
        int reads = 0;
        IEnumerable<Row> Source()
        {
            reads++;
            yield return new Row { A = 1 };
        }

        IDataView data = _ml.Data.LoadFromEnumerable(Source());
        _ml.Transforms.CopyColumns("B", nameof(Row.A)).AppendCacheCheckpoint(_ml)
            .Append(new Passing(() => new Disposing(), () => { }, input => input.GetColumn<float>("B").Sum()))
            .Append(new Passing(() => new Disposing(), () => { }, input => input.GetColumn<float>("B").Sum()))
            .Fit(data);

        Assert.AreEqual(1, reads);
    }

    [TestMethod]
    public void APredictionEngineMapsOneObjectToAnother()
    {
        TransformerChain<ColumnCopyingTransformer> model = _ml.Transforms.CopyColumns("Twin", nameof(Row.A)).Append(
            _ml.Transforms.CopyColumns("Title", nameof(Row.Name))).Fit(Rows(1));
        using PredictionEngine<Row, Prediction> engine = _ml.Model.CreatePredictionEngine<Row, Prediction>(model);

        Prediction prediction = engine.Predict(new Row { A = 4, Name = "four" });

        Assert.AreEqual(4, prediction.Twin);
        Assert.AreEqual("four", prediction.Title);
        Prediction reused = prediction;
        engine.Predict(new Row { A = 5, Name = "five" }, ref reused);
        Assert.AreSame(prediction, reused);
        Assert.AreEqual(5, reused.Twin);
        Assert.IsNotNull(engine.OutputSchema.GetColumnOrNull("Twin"));
    }

    [TestMethod]
    public void AnEngineDisposesTheTransformerThatItOwns()
    {
        var owned = new Disposing();
        _ml.Model.CreatePredictionEngine<Row, Row>(owned).Dispose();
        Assert.AreEqual(1, owned.Disposed);

        var borrowed = new Disposing();
        _ml.Model.CreatePredictionEngine<Row, Row>(borrowed, new PredictionEngineOptions { OwnsTransformer = false }).Dispose();
        Assert.AreEqual(0, borrowed.Disposed);
    }

    [TestMethod]
    public void MessagesOfAHostReachTheLog()
    {
        var seen = new List<LoggingEventArgs>();
        _ml.Log += (_, message) => seen.Add(message);

        using (IChannel channel = ((IHostEnvironment)_ml).Register("Trainer").Start("Fit"))
        {
            channel.Info(MessageSensitivity.None, "epoch {0}", 3);
        }

        LoggingEventArgs info = seen.Single(message => message.Kind == ChannelMessageKind.Info);
        Assert.AreEqual("Trainer; Fit", info.Source);
        Assert.AreEqual("epoch 3", info.RawMessage);
        Assert.AreEqual("[Source=Trainer; Fit, Kind=Info] epoch 3", info.Message);
    }

    [TestMethod]
    public void HostsDrawTheSameNumbersFromTheSameSeed()
    {
        static int Draw(int seed) => ((IHostEnvironment)new MLContext(seed)).Register("Trainer").Rand.Next();

        Assert.AreEqual(Draw(9), Draw(9));
        Assert.AreNotEqual(Draw(9), Draw(10));
    }

    private IDataView Rows(int count)
        => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(index => new Row { A = index, Name = $"row {index}" }));

    private sealed class Row
    {
        public float A { get; set; }

        public string Name { get; set; } = "";
    }

    private sealed class Prediction
    {
        public float Twin { get; set; }

        public string Title { get; set; } = "";
    }

    /// <summary>An estimator whose transformer passes its input on.</summary>
    private sealed class Passing(Func<Disposing> create, Action fitted, Action<IDataView>? read = null) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input)
        {
            fitted();
            read?.Invoke(input);
            return create();
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
    }

    private sealed class Disposing : ITransformer, IDisposable
    {
        public int Disposed { get; private set; }

        public bool IsRowToRowMapper => true;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IDataView Transform(IDataView input) => input;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new Mapper(inputSchema);

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();

        public void Dispose() => Disposed++;
    }

    private sealed class Mapper(DataViewSchema schema) : IRowToRowMapper
    {
        public DataViewSchema InputSchema => schema;

        public DataViewSchema OutputSchema => schema;

        public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => dependingColumns;

        public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => input;
    }
}
