using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Which columns of a schema somebody asked for, one flag per column.</summary>
internal static class ColumnSelection
{
    public static bool[] Of(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns)
    {
        Contracts.CheckValue(columns, nameof(columns));
        var selected = new bool[schema.Count];
        foreach (var column in columns)
        {
            // An index alone could belong to another schema: then the caller would silently get another column.
            if (column.Index >= schema.Count || schema[column.Index].Name != column.Name)
            {
                throw Contracts.ExceptParam(nameof(columns), $"The column '{column.Name}' at index {column.Index} does not belong to this schema.");
            }
            selected[column.Index] = true;
        }
        return selected;
    }

    public static IEnumerable<DataViewSchema.Column> Where(DataViewSchema schema, bool[] selected)
        => schema.Where(column => selected[column.Index]);
}
