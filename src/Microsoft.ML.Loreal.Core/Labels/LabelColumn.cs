using Microsoft.ML.Data;
using Microsoft.ML.Loreal.MLNet;
using Microsoft.ML.Loreal.Text;

namespace Microsoft.ML.Loreal.Labels;

/// <summary>The label column of a data view: a key with text key values, which are the class names.</summary>
internal static class LabelColumn
{
    private const string KeyValues = "KeyValues";

    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name)
            ?? throw new ArgumentOutOfRangeException(
                nameof(schema), name, $"There is no label column '{name}'. {SchemaText.Columns(schema)} {Remedy(name)}");
        if (column.Type is not KeyDataViewType key)
        {
            throw new ArgumentOutOfRangeException(
                nameof(schema), name, $"The label column '{name}' has the type {column.Type}, which is not a key. {Remedy(name)}");
        }

        DataViewType? values = column.Annotations.Schema.GetColumnOrNull(KeyValues)?.Type;
        return values is VectorDataViewType { ItemType: TextDataViewType } vector && (ulong)vector.Size == key.Count
            ? column
            : throw new ArgumentOutOfRangeException(
                nameof(schema),
                name,
                $"The label column '{name}' is a key whose key values are {(values is null ? "missing" : $"of the type {values}")}; "
                + $"LOREAL reads the class names from them. {Remedy(name)}");
    }

    public static void Check(SchemaShape shape, string name)
    {
        SchemaShape.Column column = SchemaText.Find(shape, name)
            ?? throw new ArgumentOutOfRangeException(
                nameof(shape), name, $"There is no label column '{name}'. {SchemaText.Columns(shape)} {Remedy(name)}");
        if (!column.IsKey || column.Kind != SchemaShape.Column.VectorKind.Scalar)
        {
            throw new ArgumentOutOfRangeException(
                nameof(shape),
                name,
                $"The label column '{name}' has the type {SchemaText.Type(column)}, which is not a key. {Remedy(name)}");
        }

        if (SchemaText.Find(column.Annotations, KeyValues) is not { ItemType: TextDataViewType })
        {
            throw new ArgumentOutOfRangeException(
                nameof(shape),
                name,
                $"The label column '{name}' is a key without text key values; LOREAL reads the class names from them. {Remedy(name)}");
        }
    }

    /// <summary>The class names, in the order of the keys.</summary>
    public static string[] ClassNames(DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> values = default;
        column.Annotations.GetValue(KeyValues, ref values);
        return [.. values.DenseValues().Select(value => value.ToString())];
    }

    /// <summary>A function that gives the class of the row's current position, from 0; -1 where the label is missing.</summary>
    public static Func<int> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        Type type = column.Type.RawType;
        return type == typeof(byte) ? Reader<byte>(row, column, value => value)
            : type == typeof(ushort) ? Reader<ushort>(row, column, value => value)
            : type == typeof(uint) ? Reader<uint>(row, column, value => value)
            : Reader<ulong>(row, column, value => value);
    }

    private static Func<int> Reader<TKey>(DataViewRow row, DataViewSchema.Column column, Func<TKey, ulong> widen)
    {
        ulong count = ((KeyDataViewType)column.Type).Count;
        ValueGetter<TKey> getter = row.GetGetter<TKey>(column);
        TKey key = default!;
        return () =>
        {
            getter(ref key);
            ulong value = widen(key);

            // Keys count from 1; 0, and by convention anything above the count, is a missing value.
            return value == 0 || value > count ? -1 : (int)(value - 1);
        };
    }

    /// <summary>
    /// As <see cref="Reader(DataViewRow, DataViewSchema.Column)"/>, for a column whose keys may stand for the classes in another order.
    /// </summary>
    /// <exception cref="ArgumentException">The function throws it where the row is of none of the classes.</exception>
    public static Func<int> Reader(DataViewRow row, DataViewSchema.Column column, string[] classNames)
    {
        string[] own = ClassNames(column);
        string[] known = Array.ConvertAll(classNames, ComposedText.Of);
        int[] classes = [.. own.Select(name => Array.IndexOf(known, ComposedText.Of(name)))];
        Func<int> reader = Reader(row, column);
        return () => reader() is var key and >= 0
            ? classes[key] is var index and >= 0
                ? index
                : throw new ArgumentException(
                    $"The label column '{column.Name}' has the class \"{own[key]}\", which is none of the model's {known.Length} classes. "
                    + "A validation set has the classes of the training data, and calibration data those of the transformer.",
                    nameof(row))
            : -1;
    }

    private static string Remedy(string name) =>
        $"Turn the class names (text) into a key with mlContext.Transforms.Conversion.MapValueToKey(\"{name}\") before the trainer (for "
        + "numbers, with addKeyValueAnnotationsAsText: true), or set LabelColumnName to name another column.";
}
