using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>The shape of a schema, as ML.NET makes it internally.</summary>
internal static class Shapes
{
    public static SchemaShape Of(DataViewSchema schema) => new(schema.Where(column => !column.IsHidden).Select(Column));

    private static SchemaShape.Column Column(DataViewSchema.Column column)
    {
        var annotations = new SchemaShape(column.Annotations.Schema.Select(Column));
        return column.Type switch
        {
            KeyDataViewType => SchemaShapes.Key(column.Name, annotations),
            VectorDataViewType vector => SchemaShapes.Vector(column.Name, vector.ItemType, annotations),
            _ => SchemaShapes.Scalar(column.Name, column.Type, annotations),
        };
    }
}
