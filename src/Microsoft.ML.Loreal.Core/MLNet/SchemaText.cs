namespace Microsoft.ML.Loreal.MLNet;

/// <summary>How messages show schemas.</summary>
internal static class SchemaText
{
    public static string Columns(DataViewSchema schema) =>
        $"The columns are: {string.Join(", ", schema.Where(column => !column.IsHidden).Select(column => $"{column.Name} "
        + $"({column.Type})"))}.";

    public static string Columns(SchemaShape shape) =>
        $"The columns are: {string.Join(", ", shape.Select(column => $"{column.Name} ({Type(column)})"))}.";

    public static string Type(SchemaShape.Column column)
    {
        string item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString()!;
        return column.Kind == SchemaShape.Column.VectorKind.Scalar ? item : $"Vector<{item}>";
    }

    public static SchemaShape.Column? Find(SchemaShape shape, string name)
    {
        foreach (SchemaShape.Column column in shape)
        {
            if (column.Name == name)
            {
                return column;
            }
        }

        return null;
    }
}
