using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class ValueToKeyMappingEstimator : IEstimator<ValueToKeyMappingTransformer>
{
    internal const int DefaultMaximumNumberOfKeys = 1_000_000;

    private readonly IHost _host;
    private readonly ColumnOptions[] _columns;
    private readonly IDataView _keyData;

    internal ValueToKeyMappingEstimator(IHostEnvironment env, ColumnOptions[] columns, IDataView keyData = null)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(ValueToKeyMappingEstimator));
        _host.CheckNonEmpty(columns, nameof(columns));
        if (keyData is not null && keyData.Schema.Count != 1)
        {
            throw _host.ExceptParam(
                nameof(keyData),
                $"If specified, this data view should contain only a single column containing the terms to map, but this had {keyData.Schema.Count} columns.");
        }
        _columns = columns;
        _keyData = keyData;
    }

    public enum KeyOrdinality : byte
    {
        ByOccurrence = 0,
        ByValue = 1,
    }

    public ValueToKeyMappingTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return ValueToKeyMappingTransformer.Train(_host, input, _columns, _keyData);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        var result = inputSchema.ToDictionary(static column => column.Name);
        foreach (var options in _columns)
        {
            if (!inputSchema.TryFindColumn(options.InputColumnName, out var column))
            {
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", options.InputColumnName);
            }
            if (!ValueToKeyMappingTransformer.CanHaveKeys(column.ItemType))
            {
                throw _host.ExceptSchemaMismatch(
                    nameof(inputSchema), "input", options.InputColumnName, ValueToKeyMappingTransformer.AcceptedTypes, column.GetTypeString());
            }
            result[options.OutputColumnName] = new SchemaShape.Column(
                options.OutputColumnName, column.Kind, NumberDataViewType.UInt32, true, new SchemaShape(AnnotationsOf(column, options)));
        }
        return new SchemaShape(result.Values);
    }

    private static IEnumerable<SchemaShape.Column> AnnotationsOf(SchemaShape.Column column, ColumnOptions options)
    {
        if (column.Annotations.TryFindColumn(AnnotationUtils.Kinds.SlotNames, out var slotNames))
        {
            yield return slotNames;
        }
        var hasKeyValues = column.Annotations.TryFindColumn(AnnotationUtils.Kinds.KeyValues, out var keyValues)
            && keyValues.Kind == SchemaShape.Column.VectorKind.Vector;
        yield return column.IsKey && hasKeyValues
            ? keyValues
            : new SchemaShape.Column(
                AnnotationUtils.Kinds.KeyValues,
                SchemaShape.Column.VectorKind.Vector,
                options.AddKeyValueAnnotationsAsText ? TextDataViewType.Instance : column.ItemType,
                column.IsKey && !options.AddKeyValueAnnotationsAsText);
    }

    internal sealed class ColumnOptions
    {
        public readonly string OutputColumnName;
        public readonly string InputColumnName;
        public readonly int MaximumNumberOfKeys;
        public readonly KeyOrdinality KeyOrdinality;
        public readonly bool AddKeyValueAnnotationsAsText;

        public ColumnOptions(
            string outputColumnName,
            string inputColumnName = null,
            int maximumNumberOfKeys = DefaultMaximumNumberOfKeys,
            KeyOrdinality keyOrdinality = KeyOrdinality.ByOccurrence,
            bool addKeyValueAnnotationsAsText = false)
        {
            Contracts.CheckNonWhiteSpace(outputColumnName, nameof(outputColumnName));
            OutputColumnName = outputColumnName;
            InputColumnName = inputColumnName ?? outputColumnName;
            MaximumNumberOfKeys = maximumNumberOfKeys;
            KeyOrdinality = keyOrdinality;
            AddKeyValueAnnotationsAsText = addKeyValueAnnotationsAsText;
        }
    }
}
