using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Contract;

/// <summary>What the estimator promises, what the transformer says and what it delivers agree, whatever else is in the data.</summary>
[TestClass]
public sealed class SchemaContractTests
{
    private readonly MLContext _ml = new(1);

    public static IEnumerable<object[]> Kinds => [["pictures"], ["paths"], ["encoded files"]];

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void PromisedSaidAndDeliveredSchemasAgree(string kind) => AssertAgree(Template(), Data(kind));

    [TestMethod]
    public void ExtraColumnsOfEveryTypeTravelAlong()
    {
        IDataView data = Data("paths");
        data = _ml.Transforms.CopyColumns("More", "Features")
            .Append(_ml.Transforms.Conversion.MapValueToKey("NumberKey", "Number"))
            .Append(_ml.Transforms.Concatenate("Joined", "Features", "More")).Fit(data).Transform(data);
        IDataView scored = AssertAgree(Template(), data);
        CollectionAssert.AreEqual(
            data.Schema.Select(column => column.Name).Concat(["PredictedLabel", "Score"]).ToArray(),
            scored.Schema.Select(column => column.Name).ToArray());
        foreach (DataViewSchema.Column column in data.Schema)
        {
            Assert.AreEqual(column.Type, scored.Schema[column.Index].Type);
            CollectionAssert.AreEqual(
                column.Annotations.Schema.Select(annotation => annotation.Name).ToArray(),
                scored.Schema[column.Index].Annotations.Schema.Select(annotation => annotation.Name).ToArray());
        }

        DataDebuggerPreview before = data.Preview();
        DataDebuggerPreview after = scored.Preview();
        for (int row = 0; row < before.RowView.Length; row++)
        {
            AssertSameValues(before.RowView[row].Values, [.. after.RowView[row].Values.Take(data.Schema.Count)]);
        }
    }

    [TestMethod]
    public void TheLastOfSeveralColumnsWithOneNameIsUsed()
    {
        // First an Image and a Label that cannot be used, then the right ones under the same names.
        IDataView data = Trained.Data(_ml);
        data = _ml.Transforms.CopyColumns("Image", "Number")
            .Append(_ml.Transforms.CopyColumns("Image", "ImagePath"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label")).Fit(data).Transform(data);
        Assert.HasCount(2, data.Schema.Where(column => column.Name == "Image").ToList());
        Assert.HasCount(2, data.Schema.Where(column => column.Name == "Label").ToList());
        IDataView scored = AssertAgree(Template(), data);
        Assert.HasCount(Trained.Photos.Count, Rows.Scores(scored));
    }

    [TestMethod]
    public void AddedColumnsHideEarlierOnesWhichStayReadable()
    {
        IDataView data = Data("paths");
        data = _ml.Transforms.CopyColumns("Score", "Number")
            .Append(_ml.Transforms.CopyColumns("PredictedLabel", "FileName")).Fit(data).Transform(data);
        IDataView scored = AssertAgree(Template(), data);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3), scored.Schema["Score"].Type);
        DataViewSchema.Column hidden = scored.Schema[data.Schema["Score"].Index];
        Assert.IsTrue(hidden.IsHidden);
        using DataViewRowCursor cursor = scored.GetRowCursor([hidden, scored.Schema["Score"]]);
        ValueGetter<int> number = cursor.GetGetter<int>(hidden);
        ValueGetter<VBuffer<float>> score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        int value = -1;
        VBuffer<float> scores = default;
        for (int row = 0; cursor.MoveNext(); row++)
        {
            number(ref value);
            score(ref scores);
            Assert.AreEqual(row, value);
            Assert.AreEqual(3, scores.Length);
        }
    }

    [TestMethod]
    public void AnAddedColumnMayHideTheImageItself()
    {
        LorealTrainer.Options options = Template();
        options.ScoreColumnName = "Image";
        IDataView data = Data("paths");
        IDataView scored = AssertAgree(options, data);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3), scored.Schema["Image"].Type);
        Rows.AssertIdentical(
            Rows.Scores(Fitted(Template(), data).Transform(data)),
            [.. Rows.Read<VBuffer<float>>(scored, "Image").Select(value => value.DenseValues().ToArray())]);
    }

    [TestMethod]
    public void EveryColumnMayHaveAnotherName()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Template();
        (options.LabelColumnName, options.ImageColumnName) = ("Kind", "Picture");
        (options.PredictedLabelColumnName, options.ScoreColumnName) = ("Guess", "Odds");
        IDataView data = Trained.Data(_ml);
        data = _ml.Transforms.Conversion.MapValueToKey("Kind", "Label")
            .Append(_ml.Transforms.LoadImages("Picture", Trained.ImageFolder, "FileName")).Fit(data).Transform(data);
        IDataView scored = AssertAgree(options, data);
        Assert.IsNull(scored.Schema.GetColumnOrNull("Score"));
        MulticlassClassificationMetrics metrics = _ml.MulticlassClassification.Evaluate(scored, "Kind", "Odds", "Guess");

        // The names are part of the saved model.
        _ml.Model.Save(Fitted(options, data), data.Schema, folder["model.zip"]);
        ITransformer loaded = _ml.Model.Load(folder["model.zip"], out _);
        Assert.AreEqual(metrics.LogLoss, _ml.MulticlassClassification.Evaluate(loaded.Transform(data), "Kind", "Odds", "Guess").LogLoss);
        ((IDisposable)loaded).Dispose();
    }

    [TestMethod]
    public void AWholePipelinePromisesWhatItDelivers()
    {
        IDataView data = Trained.Data(_ml);
        SchemaShape promised = Trained.Pipeline(_ml, Trained.Options()).GetOutputSchema(Shapes.Of(data.Schema));
        DataViewSchema delivered = Trained.Model.Transform(data).Schema;
        foreach (SchemaShape.Column column in promised)
        {
            DataViewSchema.Column real = delivered[column.Name];
            Assert.AreEqual(column.IsKey, real.Type is KeyDataViewType, column.Name);
            Assert.AreEqual(column.ItemType.RawType, (real.Type as VectorDataViewType)?.ItemType.RawType ?? real.Type.RawType, column.Name);
        }

        CollectionAssert.AreEquivalent(
            promised.Select(column => column.Name).ToArray(),
            delivered.Where(column => !column.IsHidden).Select(column => column.Name).ToArray());
    }

    /// <summary>Zero-shot: fitted without training, and the same as any method to the outside.</summary>
    private static LorealTrainer.Options Template()
    {
        LorealTrainer.Options options = Trained.Options();
        options.Method = PromptMethod.Template();
        options.Attributes = null;
        return options;
    }

    private LorealTransformer Fitted(LorealTrainer.Options options, IDataView data) =>
        _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);

    private IDataView AssertAgree(LorealTrainer.Options options, IDataView data)
    {
        LorealTrainer trainer = _ml.MulticlassClassification.Trainers.Loreal(options);
        SchemaShape promised = trainer.GetOutputSchema(Shapes.Of(data.Schema));
        ITransformer model = trainer.Fit(data);
        IDataView scored = model.Transform(data);
        CollectionAssert.AreEqual(Describe(Shapes.Of(scored.Schema)), Describe(promised));
        AssertSameSchema(scored.Schema, model.GetOutputSchema(data.Schema));
        Assert.IsTrue(model.IsRowToRowMapper);
        IRowToRowMapper mapper = model.GetRowToRowMapper(data.Schema);
        AssertSameSchema(scored.Schema, mapper.OutputSchema);
        Assert.AreSame(data.Schema, mapper.InputSchema);
        return scored;
    }

    private static void AssertSameSchema(DataViewSchema expected, DataViewSchema actual)
    {
        Assert.HasCount(expected.Count, actual);
        foreach (DataViewSchema.Column column in expected)
        {
            DataViewSchema.Column other = actual[column.Index];
            Assert.AreEqual((column.Name, column.Type, column.IsHidden), (other.Name, other.Type, other.IsHidden));
            CollectionAssert.AreEqual(
                column.Annotations.Schema.Select(a => (a.Name, a.Type)).ToArray(),
                other.Annotations.Schema.Select(a => (a.Name, a.Type)).ToArray(),
                column.Name);
        }
    }

    private static string[] Describe(SchemaShape shape) =>
        [.. shape.Select(Describe).Order()];

    private static string Describe(SchemaShape.Column column) =>
        $"{column.Name}: {column.Kind} {(column.IsKey ? "key " : "")}{column.ItemType} [{string.Join("; ", Describe(column.Annotations))}]";

    private static void AssertSameValues(KeyValuePair<string, object>[] expected, KeyValuePair<string, object>[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i].Key, actual[i].Key);
            Assert.AreEqual(Text(expected[i].Value), Text(actual[i].Value), expected[i].Key);
        }

        static string Text(object value) => value is VBuffer<float> vector ? string.Join(' ', vector.DenseValues()) : value.ToString()!;
    }

    private IDataView Data(string kind)
    {
        IDataView data = kind == "encoded files"
            ? _ml.Data.LoadFromEnumerable(
                Trained.Photos.Select(
                    photo => new EncodedPhoto { Image = File.ReadAllBytes(photo.ImagePath), Label = photo.Label }).ToList())
            : Trained.Data(_ml);
        data = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        return kind switch
        {
            "pictures" => _ml.Transforms.LoadImages("Image", Trained.ImageFolder, "FileName").Fit(data).Transform(data),
            "paths" => _ml.Transforms.CopyColumns("Image", "ImagePath").Fit(data).Transform(data),
            _ => data,
        };
    }
}
