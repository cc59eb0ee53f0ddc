namespace Microsoft.ML.Data;

/// <summary>A cursor that is always on the same row as its input and adds or changes columns of it.</summary>
internal abstract class SynchronizedCursor(DataViewRowCursor input) : DataViewRowCursor
{
    public override long Position => Input.Position;

    public override long Batch => Input.Batch;

    protected DataViewRowCursor Input { get; } = input;

    public override bool MoveNext() => Input.MoveNext();

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
