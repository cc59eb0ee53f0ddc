using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class OutputSchemaTests
{
    [TestMethod]
    public void AddedColumnsHaveTheTypesAndAnnotationsOfMulticlassTransformers()
    {
        DataViewSchema input = Trained.Prepared(new MLContext(1)).Schema;
        DataViewSchema output = Trained.Loreal.GetOutputSchema(input);
        CollectionAssert.AreEqual(
            input.Select(column => column.Name).Concat(["PredictedLabel", "Score"]).ToArray(),
            output.Select(column => column.Name).ToArray());

        DataViewSchema.Column label = output["PredictedLabel"];
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), label.Type);
        AssertAnnotations(label, "KeyValues", "ScoreColumnKind", "ScoreColumnSetId", "ScoreValueKind");
        Assert.AreEqual("MulticlassClassification", Text(label, "ScoreColumnKind"));
        Assert.AreEqual("PredictedLabel", Text(label, "ScoreValueKind"));
        CollectionAssert.AreEqual(Pictures.ClassNames, Texts(label, "KeyValues"));

        DataViewSchema.Column score = output["Score"];
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3), score.Type);
        AssertAnnotations(score, "ScoreColumnKind", "ScoreColumnSetId", "ScoreValueKind", "SlotNames", "TrainingLabelValues");
        Assert.AreEqual("MulticlassClassification", Text(score, "ScoreColumnKind"));
        Assert.AreEqual("Score", Text(score, "ScoreValueKind"));
        CollectionAssert.AreEqual(Pictures.ClassNames, Texts(score, "SlotNames"));
        CollectionAssert.AreEqual(Pictures.ClassNames, Texts(score, "TrainingLabelValues"));

        Assert.AreEqual(new KeyDataViewType(typeof(uint), int.MaxValue), score.Annotations.Schema["ScoreColumnSetId"].Type);
        Assert.AreEqual(SetId(label), SetId(score));
    }

    [TestMethod]
    public void EveryScorerHasItsOwnSetId()
    {
        DataViewSchema once = Trained.Loreal.GetOutputSchema(Trained.Prepared(new MLContext(1)).Schema);
        DataViewSchema twice = Trained.Loreal.GetOutputSchema(once);
        Assert.AreNotEqual(SetId(once["Score"]), SetId(twice["Score"]));
    }

    [TestMethod]
    public void EstimatorPromisesTheShapeThatTheTransformerHas()
    {
        var ml = new MLContext(1);
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(Trained.Options());
        SchemaShape promised = trainer.GetOutputSchema(Shapes.Of(Trained.Prepared(ml).Schema));
        SchemaShape given = Shapes.Of(Trained.Loreal.GetOutputSchema(Trained.Prepared(ml).Schema));
        CollectionAssert.AreEqual(Describe(given), Describe(promised));
    }

    private static string[] Describe(SchemaShape shape) =>
        [
            .. shape.Select(column => $"{column.Name}: {column.Kind} {(column.IsKey ? "key " : "")}{column.ItemType} "
                + $"[{string.Join("; ", Describe(column.Annotations))}]")
                .Order(),
        ];

    private static void AssertAnnotations(DataViewSchema.Column column, params string[] names) =>
        CollectionAssert.AreEqual(
            names, column.Annotations.Schema.Select(annotation => annotation.Name).Order(StringComparer.Ordinal).ToArray());

    private static string Text(DataViewSchema.Column column, string kind)
    {
        ReadOnlyMemory<char> value = default;
        column.Annotations.GetValue(kind, ref value);
        return value.ToString();
    }

    private static string[] Texts(DataViewSchema.Column column, string kind)
    {
        VBuffer<ReadOnlyMemory<char>> value = default;
        column.Annotations.GetValue(kind, ref value);
        return [.. value.DenseValues().Select(text => text.ToString())];
    }

    private static uint SetId(DataViewSchema.Column column)
    {
        uint value = 0;
        column.Annotations.GetValue("ScoreColumnSetId", ref value);
        return value;
    }
}
