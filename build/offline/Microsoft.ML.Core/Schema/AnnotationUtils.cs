using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

internal static partial class AnnotationUtils
{
    public static KeyDataViewType ScoreColumnSetIdType { get; } = new(typeof(uint), int.MaxValue);

    public static VectorDataViewType GetNamesType(int size)
    {
        Contracts.CheckParam(size > 0, nameof(size), "The size must be known.");
        return new VectorDataViewType(TextDataViewType.Instance, size);
    }

    public static KeyValuePair<string, DataViewType> GetSlotNamesPair(int size) => GetNamesType(size).GetPair(Kinds.SlotNames);

    public static KeyValuePair<string, DataViewType> GetKeyNamesPair(int size) => GetNamesType(size).GetPair(Kinds.KeyValues);

    public static KeyValuePair<string, DataViewType> GetPair(this DataViewType type, string kind) => new(kind, type);

    public static uint GetMaxAnnotationKind(
        this DataViewSchema schema, out int colMax, string annotationKind, Func<DataViewSchema, int, bool> filterFunc = null)
    {
        var max = 0u;
        colMax = -1;
        foreach (var (column, value) in schema.KeyAnnotations(annotationKind))
        {
            if (value > max && (filterFunc is null || filterFunc(schema, column)))
            {
                max = value;
                colMax = column;
            }
        }
        return max;
    }

    public static IEnumerable<int> GetColumnSet(this DataViewSchema schema, string annotationKind, uint value)
        => schema.KeyAnnotations(annotationKind).Where(annotation => annotation.Value == value).Select(static annotation => annotation.Column);

    public static IEnumerable<int> GetColumnSet(this DataViewSchema schema, string annotationKind, string value)
    {
        for (var column = 0; column < schema.Count; column++)
        {
            ReadOnlyMemory<char> found = default;
            if (schema.TryGetAnnotation(TextDataViewType.Instance, annotationKind, column, ref found) && found.Span.SequenceEqual(value))
            {
                yield return column;
            }
        }
    }

    public static bool HasSlotNames(this DataViewSchema.Column column, int vectorSize)
        => vectorSize > 0
            && column.Annotations.Schema.GetColumnOrNull(Kinds.SlotNames)?.Type is VectorDataViewType { ItemType: TextDataViewType } names
            && names.Size == vectorSize;

    public static bool HasSlotNames(this SchemaShape.Column col)
        => col.Kind == SchemaShape.Column.VectorKind.Vector
            && col.Annotations.TryFindColumn(Kinds.SlotNames, out var names)
            && names.Kind == SchemaShape.Column.VectorKind.Vector && !names.IsKey && names.ItemType is TextDataViewType;

    public static bool NeedsSlotNames(this SchemaShape.Column col)
        => col.Annotations.TryFindColumn(Kinds.KeyValues, out var values)
            && values.Kind == SchemaShape.Column.VectorKind.Vector && values.ItemType is TextDataViewType;

    public static bool IsNormalized(this SchemaShape.Column column)
        => column.Annotations.TryFindColumn(Kinds.IsNormalized, out var normalized)
            && normalized.Kind == SchemaShape.Column.VectorKind.Scalar && !normalized.IsKey && normalized.ItemType is BooleanDataViewType;

    public static bool TryGetAnnotation<T>(this DataViewSchema schema, PrimitiveDataViewType type, string kind, int col, ref T value)
    {
        if (!type.Equals(schema[col].Annotations.Schema.GetColumnOrNull(kind)?.Type))
        {
            return false;
        }
        schema[col].Annotations.GetValue(kind, ref value);
        return true;
    }

    public static IEnumerable<SchemaShape.Column> GetTrainerOutputAnnotation(bool isNormalized = false)
    {
        yield return new SchemaShape.Column(Kinds.ScoreColumnSetId, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true);
        yield return new SchemaShape.Column(Kinds.ScoreColumnKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false);
        yield return new SchemaShape.Column(Kinds.ScoreValueKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false);
        if (isNormalized)
        {
            yield return new SchemaShape.Column(Kinds.IsNormalized, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, false);
        }
    }

    public static IEnumerable<SchemaShape.Column> AnnotationsForMulticlassScoreColumn(SchemaShape.Column? labelColumn = null)
    {
        if (labelColumn is { IsKey: true } label
            && label.Annotations.TryFindColumn(Kinds.KeyValues, out var values)
            && values.Kind == SchemaShape.Column.VectorKind.Vector)
        {
            if (values.ItemType is TextDataViewType)
            {
                yield return new SchemaShape.Column(Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false);
            }
            yield return new SchemaShape.Column(Kinds.TrainingLabelValues, SchemaShape.Column.VectorKind.Vector, values.ItemType, false);
        }
        foreach (var annotation in GetTrainerOutputAnnotation())
        {
            yield return annotation;
        }
    }

    internal static DataViewRow AnnotationsAsRow(DataViewSchema.Annotations annotations) => new AnnotationRow(annotations);

    private static IEnumerable<(int Column, uint Value)> KeyAnnotations(this DataViewSchema schema, string kind)
    {
        foreach (var column in schema)
        {
            if (column.Annotations.Schema.GetColumnOrNull(kind)?.Type is KeyDataViewType { RawType: var raw } && raw == typeof(uint))
            {
                var value = 0u;
                column.Annotations.GetValue(kind, ref value);
                yield return (column.Index, value);
            }
        }
    }

    private sealed class AnnotationRow(DataViewSchema.Annotations annotations) : DataViewRow
    {
        public override DataViewSchema Schema => annotations.Schema;

        public override long Position => 0;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => annotations.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => static (ref DataViewRowId id) => id = default;
    }
}
