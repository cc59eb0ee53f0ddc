using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.MLNet;

/// <summary>Makes the columns of schema shapes, whose constructor is internal to ML.NET.</summary>
internal static class SchemaShapes
{
    public static SchemaShape.Column Scalar(string name, DataViewType itemType, SchemaShape? annotations = null) =>
        new(name, SchemaShape.Column.VectorKind.Scalar, itemType, isKey: false, annotations);

    public static SchemaShape.Column Vector(string name, DataViewType itemType, SchemaShape? annotations = null) =>
        new(name, SchemaShape.Column.VectorKind.Vector, itemType, isKey: false, annotations);

    public static SchemaShape.Column Key(string name, SchemaShape? annotations = null) =>
        new(name, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, annotations);
}
