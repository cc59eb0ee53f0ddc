using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>
/// A data view with the two added columns. Nothing is read or scored before a cursor asks for it. ML.NET's internal interfaces let what
/// walks a view back to its source, as the conversion to ONNX does, see it as a step and not as the source.
/// </summary>
/// <param name="scorer">What scores.</param>
/// <param name="input">The rows.</param>
/// <param name="warn">Told after each pass in which rows were skipped; null for nobody.</param>
/// <param name="cancel">Looked at before every row.</param>
internal sealed class ScoredView(IScorer scorer, IDataView input, Action<string>? warn = null, CancellationToken cancel = default)
    : ITransformCanSaveOnnx, ITransformTemplate
{
    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema { get; } = OutputColumns.Append(input.Schema, scorer);

    public IDataView Source => input;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ScoringColumns columns = Columns(columnsNeeded);
        return Cursor(input.GetRowCursor(columns.Dependencies, rand), columns);
    }

    /// <summary>
    /// Where rows are scored the set is one cursor: it already uses all processors, for decoding and inside the tensor library.
    /// </summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        ScoringColumns columns = Columns(columnsNeeded);
        return columns.Scoring
            ? [Cursor(input.GetRowCursor(columns.Dependencies, rand), columns)]
            : [.. input.GetRowCursorSet(columns.Dependencies, n, rand).Select(cursor => Cursor(cursor, columns))];
    }

    /// <summary>The same step over other rows.</summary>
    public IDataTransform ApplyToData(IHostEnvironment env, IDataView newSource) => new ScoredView(scorer, newSource, warn, cancel);

    /// <summary>True, so that <see cref="SaveAsOnnx"/> is called and can throw; false would only be a warning in a log.</summary>
    public bool CanSaveOnnx(OnnxContext ctx) => true;

    /// <summary>Refuses: a file without the classifier would be taken for a whole one.</summary>
    public void SaveAsOnnx(OnnxContext ctx) => throw new InvalidOperationException(
        $"The step that adds '{scorer.Settings.PredictedLabelColumnName}' and '{scorer.Settings.ScoreColumnName}' to the images in "
        + $"'{scorer.Settings.ImageColumnName}' cannot be converted to ONNX by ConvertToOnnx: nothing of the pipeline was converted. "
        + "Export the classifier alone with the transformer's SaveAsOnnx, or save the pipeline with mlContext.Model.Save.");

    /// <summary>Refuses: a view has no model of its own.</summary>
    public void Save(ModelSaveContext ctx) => throw new NotSupportedException(
        "A scored view cannot be saved as a model; save the transformer that made it, with mlContext.Model.Save.");

    private ScoringColumns Columns(IEnumerable<DataViewSchema.Column> needed) =>
        new(input.Schema, Schema, scorer.Settings.ImageColumnName, needed);

    private DataViewRowCursor Cursor(DataViewRowCursor rows, ScoringColumns columns) =>
        columns.Scoring && columns.PassedThrough.All(column => BufferedColumn.CanKeep(column.Type))
            ? new ReadAheadCursor(rows, columns, scorer, new SkippedRows(warn), cancel)
            : new RowAtATimeCursor(rows, columns, scorer, new SkippedRows(warn), cancel);
}
