using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>A row with the two added columns, scored when one of them is first asked for: the path of a prediction engine.</summary>
internal sealed class ScoringRow : DataViewRow
{
    private readonly DataViewRow _input;
    private readonly ScoringColumns _columns;
    private readonly SingleRowScorer? _scorer;
    private readonly SkippedRows _skipped;

    public ScoringRow(DataViewRow input, ScoringColumns columns, IScorer scorer, SkippedRows skipped)
    {
        _input = input;
        _columns = columns;
        _skipped = skipped;
        _scorer = columns.Scoring ? new SingleRowScorer(input, columns, scorer) : null;
    }

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override DataViewSchema Schema => _columns.Output;

    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _columns.CheckActive(column);
        return _columns.IsFromInput(column)
            ? _input.GetGetter<TValue>(_columns.Input[column.Index])
            : _columns.ScoreGetter<TValue>(column, () => _skipped.Seen(_scorer!.Current()));
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _scorer?.Dispose();
            _input.Dispose();
        }

        base.Dispose(disposing);
    }
}
