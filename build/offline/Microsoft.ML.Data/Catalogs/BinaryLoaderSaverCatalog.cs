using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public static class BinaryLoaderSaverCatalog
{
    public static IDataView LoadFromBinary(this DataOperationsCatalog catalog, string path)
    {
        var environment = CatalogUtils.GetEnvironment(catalog);
        environment.CheckNonEmpty(path, nameof(path));
        using var channel = environment.Register("BinaryLoader").Start("Loading");
        return new BinaryDataView(path, channel);
    }

    public static void SaveAsBinary(this DataOperationsCatalog catalog, IDataView data, Stream stream, bool keepHidden = false)
    {
        var environment = CatalogUtils.GetEnvironment(catalog);
        environment.CheckValue(data, nameof(data));
        environment.CheckValue(stream, nameof(stream));
        using var channel = environment.Register("BinarySaver").Start("Saving");
        var columns = data.Schema.Where(column => keepHidden || !column.IsHidden).ToArray();
        foreach (var column in columns.Where(static column => ValueCodecs.ForTypeOrNull(column.Type) is null))
        {
            channel.Info("The column '{0}' will not be written as it has unsavable column type.", column.Name);
        }
        BinarySchemaWriter.Write(stream, columns, channel, BinaryRowsWriter.RowsPerBlock, (writer, saved) => BinaryRowsWriter.Write(writer, data, saved));
    }
}
