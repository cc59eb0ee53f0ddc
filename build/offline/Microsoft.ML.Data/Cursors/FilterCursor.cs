namespace Microsoft.ML.Data;

/// <summary>A cursor over some rows of its input, whose columns it passes on.</summary>
internal abstract class FilterCursor(DataViewRowCursor input, bool[] active) : RootCursor
{
    public override DataViewSchema Schema => Input.Schema;

    public override long Batch => Input.Batch;

    protected DataViewRowCursor Input { get; } = input;

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        this.CheckActive(column);
        return Input.GetGetter<TValue>(column);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Input.Dispose();
        }
        base.Dispose(disposing);
    }
}
