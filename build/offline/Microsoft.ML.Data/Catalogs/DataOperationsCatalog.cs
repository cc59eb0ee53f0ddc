using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog : IInternalCatalog
{
    private readonly IHostEnvironment _environment;

    internal DataOperationsCatalog(IHostEnvironment env) => _environment = env;

    IHostEnvironment IInternalCatalog.Environment => _environment;

    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition schemaDefinition = null)
        where TRow : class
    {
        _environment.CheckValue(data, nameof(data));
        schemaDefinition ??= SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Read);
        return new EnumerableDataView<TRow>(data, UserColumn.Of(typeof(TRow), schemaDefinition));
    }

    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, DataViewSchema schema)
        where TRow : class
    {
        _environment.CheckValue(data, nameof(data));
        _environment.CheckValue(schema, nameof(schema));
        return LoadFromEnumerable(data, UserColumn.DefinitionOf(typeof(TRow), schema));
    }

    public IEnumerable<TRow> CreateEnumerable<TRow>(
        IDataView data, bool reuseRowObject, bool ignoreMissingColumns = false, SchemaDefinition schemaDefinition = null)
        where TRow : class, new()
    {
        _environment.CheckValue(data, nameof(data));
        return Rows(data, new RowWriter<TRow>(data.Schema, ignoreMissingColumns, schemaDefinition), reuseRowObject);
    }

    public IDataView Cache(IDataView input, params string[] columnsToPrefetch)
    {
        _environment.CheckValue(input, nameof(input));
        var cache = new CacheDataView(input);
        if (columnsToPrefetch is { Length: > 0 })
        {
            cache.Fill(ColumnSelection.Of(cache.Schema, columnsToPrefetch.Select(name => cache.Schema.GetColumnOrNull(name)
                ?? throw _environment.ExceptSchemaMismatch(nameof(columnsToPrefetch), "prefetch", name))));
        }
        return cache;
    }

    public IDataView ShuffleRows(IDataView input, int? seed = null, int shufflePoolSize = 1000, bool shuffleSource = true)
    {
        _environment.CheckValue(input, nameof(input));
        _environment.CheckUserArg(shufflePoolSize > 0, nameof(shufflePoolSize), "Must be positive");
        return new ShuffledDataView(SelectedColumnsDataView.Cacheable(input), SeedOrRandom(seed), shufflePoolSize, shuffleSource);
    }

    public IDataView BootstrapSample(IDataView input, int? seed = null, bool complement = false)
    {
        _environment.CheckValue(input, nameof(input));
        return new BootstrapDataView(input, SeedOrRandom(seed), complement);
    }

    public IDataView TakeRows(IDataView input, long count)
    {
        _environment.CheckValue(input, nameof(input));
        _environment.CheckUserArg(count > 0, nameof(count), "Must be greater than zero.");
        return new RangeDataView(input, 0, count);
    }

    public IDataView SkipRows(IDataView input, long count)
    {
        _environment.CheckValue(input, nameof(input));
        _environment.CheckUserArg(count > 0, nameof(count), "Must be greater than zero.");
        return new RangeDataView(input, count, long.MaxValue);
    }

    private static IEnumerable<TRow> Rows<TRow>(IDataView data, RowWriter<TRow> writer, bool reuseRowObject)
        where TRow : class, new()
    {
        using var cursor = data.GetRowCursor(writer.Columns);
        var fill = writer.Bind(cursor);
        var row = new TRow();
        while (cursor.MoveNext())
        {
            fill(row);
            yield return row;
            row = reuseRowObject ? row : new TRow();
        }
    }

    private int SeedOrRandom(int? seed) => seed ?? ((SeededRandom)_environment.Register("Rows").Rand).NextSigned();
}
