using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>Adds the two columns to single rows.</summary>
internal sealed class ScoringMapper(IScorer scorer, DataViewSchema inputSchema) : IRowToRowMapper
{
    public DataViewSchema InputSchema => inputSchema;

    public DataViewSchema OutputSchema { get; } = OutputColumns.Append(inputSchema, scorer);

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        Columns(dependingColumns).Dependencies;

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new ScoringRow(input, Columns(activeColumns), scorer, new SkippedRows(null));

    private ScoringColumns Columns(IEnumerable<DataViewSchema.Column> needed) =>
        new(inputSchema, OutputSchema, scorer.Settings.ImageColumnName, needed);
}
