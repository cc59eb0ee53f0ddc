using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>A cursor that stays on its input's row: for columns that cannot be kept over several rows, or when nothing is scored.</summary>
internal sealed class RowAtATimeCursor(
    DataViewRowCursor input, ScoringColumns columns, IScorer scorer, SkippedRows skipped, CancellationToken cancel) : DataViewRowCursor
{
    private readonly ScoringRow _row = new(input, columns, scorer, skipped);

    public override long Position => _row.Position;

    public override long Batch => _row.Batch;

    public override DataViewSchema Schema => _row.Schema;

    public override bool MoveNext()
    {
        cancel.ThrowIfCancellationRequested();
        if (input.MoveNext())
        {
            return true;
        }

        skipped.Report();
        return false;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _row.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _row.GetGetter<TValue>(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _row.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _row.Dispose();
            skipped.Report();
        }

        base.Dispose(disposing);
    }
}
