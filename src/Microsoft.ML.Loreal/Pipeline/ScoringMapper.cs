using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal;

/// <summary>Adds the two columns to single rows.</summary>
internal sealed class ScoringMapper(ClipClassifierTransformer transformer, DataViewSchema inputSchema) : IRowToRowMapper
{
    public DataViewSchema InputSchema => inputSchema;

    public DataViewSchema OutputSchema { get; } = transformer.GetOutputSchema(inputSchema);

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => Columns(dependingColumns).Dependencies;

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new ScoringRow(input, Columns(activeColumns), transformer);

    private ScoringColumns Columns(IEnumerable<DataViewSchema.Column> needed) => new(inputSchema, OutputSchema, transformer.Settings.ImageColumnName, needed);
}
