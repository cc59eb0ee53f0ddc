using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.MLNet;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>
/// The columns that the transformer adds, with the annotations of ML.NET's own multiclass transformers: the predicted class as a key, then
/// the probabilities, one slot per class, then, where they are wanted, the image's features.
/// </summary>
internal static class OutputColumns
{
    private const string KeyValues = "KeyValues";
    private const string SlotNames = "SlotNames";
    private const string TrainingLabelValues = "TrainingLabelValues";
    private const string ScoreColumnKind = "ScoreColumnKind";
    private const string ScoreValueKind = "ScoreValueKind";
    private const string ScoreColumnSetId = "ScoreColumnSetId";
    private const string Multiclass = "MulticlassClassification";
    private const string PredictedLabel = "PredictedLabel";
    private const string Score = "Score";

    // The key type that ML.NET gives to the ids which tell the sets of score columns of one data view apart.
    private static readonly KeyDataViewType _setIdType = new(typeof(uint), int.MaxValue);

    /// <summary>The input's columns, then the predicted label, then the scores, then the features where they are wanted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or has a type that is not an image.</exception>
    public static DataViewSchema Append(DataViewSchema input, IScorer scorer)
    {
        ScoringSettings settings = scorer.Settings;
        ImageColumn.Find(input, settings.ImageColumnName);
        uint setId = NextSetId(input);
        ReadOnlyMemory<char>[] names = [.. scorer.ClassNames.Select(name => name.AsMemory())];
        var namesType = new VectorDataViewType(TextDataViewType.Instance, names.Length);
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getNames = (ref VBuffer<ReadOnlyMemory<char>> value) => Copy(names, ref value);

        var label = new DataViewSchema.Annotations.Builder();
        AddKind(label, PredictedLabel, setId);
        label.Add(KeyValues, namesType, getNames);

        var score = new DataViewSchema.Annotations.Builder();
        AddKind(score, Score, setId);
        score.Add(TrainingLabelValues, namesType, getNames);
        score.Add(SlotNames, namesType, getNames);

        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(settings.PredictedLabelColumnName, new KeyDataViewType(typeof(uint), names.Length), label.ToAnnotations());
        builder.AddColumn(settings.ScoreColumnName, new VectorDataViewType(NumberDataViewType.Single, names.Length), score.ToAnnotations());
        if (settings.FeatureColumnName is { } features)
        {
            builder.AddColumn(features, new VectorDataViewType(NumberDataViewType.Single, scorer.FeatureLength));
        }

        return builder.ToSchema();
    }

    /// <summary>The same for the shape of a schema. A column of the same name is replaced.</summary>
    public static SchemaShape Append(SchemaShape input, string predictedLabelName, string scoreName, string? featureName)
    {
        SchemaShape.Column label = SchemaShapes.Key(
            predictedLabelName, new SchemaShape([.. KindShape(), SchemaShapes.Vector(KeyValues, TextDataViewType.Instance)]));
        SchemaShape.Column score = SchemaShapes.Vector(
            scoreName,
            NumberDataViewType.Single,
            new SchemaShape(
            [
                .. KindShape(),
                SchemaShapes.Vector(TrainingLabelValues, TextDataViewType.Instance),
                SchemaShapes.Vector(SlotNames, TextDataViewType.Instance),
            ]));
        SchemaShape.Column[] added =
            featureName is null ? [label, score] : [label, score, SchemaShapes.Vector(featureName, NumberDataViewType.Single)];
        return new SchemaShape([.. input.Where(column => !added.Any(one => one.Name == column.Name)), .. added]);
    }

    private static void AddKind(DataViewSchema.Annotations.Builder builder, string valueKind, uint setId)
    {
        builder.AddPrimitiveValue(ScoreColumnSetId, _setIdType, setId);
        builder.AddPrimitiveValue(ScoreColumnKind, TextDataViewType.Instance, Multiclass.AsMemory());
        builder.AddPrimitiveValue(ScoreValueKind, TextDataViewType.Instance, valueKind.AsMemory());
    }

    private static SchemaShape.Column[] KindShape() =>
    [
        SchemaShapes.Key(ScoreColumnSetId),
        SchemaShapes.Scalar(ScoreColumnKind, TextDataViewType.Instance),
        SchemaShapes.Scalar(ScoreValueKind, TextDataViewType.Instance),
    ];

    /// <summary>One more than the highest id of the score columns that the input already has.</summary>
    private static uint NextSetId(DataViewSchema schema)
    {
        uint highest = 0;
        foreach (DataViewSchema.Column column in schema)
        {
            if (column.Annotations.Schema.GetColumnOrNull(ScoreColumnSetId)?.Type is KeyDataViewType type && type.RawType == typeof(uint))
            {
                uint id = 0;
                column.Annotations.GetValue(ScoreColumnSetId, ref id);
                highest = Math.Max(highest, id);
            }
        }

        return highest + 1;
    }

    private static void Copy(ReadOnlyMemory<char>[] names, ref VBuffer<ReadOnlyMemory<char>> value)
    {
        var editor = VBufferEditor.Create(ref value, names.Length);
        names.CopyTo(editor.Values);
        value = editor.Commit();
    }
}
