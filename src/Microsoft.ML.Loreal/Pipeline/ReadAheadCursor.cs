using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal;

/// <summary>A cursor that reads a few rows ahead of its caller and scores them together. The order of the rows stays the input's.</summary>
/// <remarks>
/// The values of the other active columns are copied as the rows are read. The alternative, a second cursor over the image column alone, would be right only where
/// two cursors over one view give the same rows, which a view over a stream does not promise.
/// </remarks>
internal sealed class ReadAheadCursor : DataViewRowCursor
{
    private const int MostRows = 32;

    private readonly DataViewRowCursor _input;
    private readonly ScoringColumns _columns;
    private readonly BatchScorer _scorer;
    private readonly Func<ImageCell> _image;
    private readonly ValueGetter<DataViewRowId> _getId;
    private readonly Dictionary<int, BufferedColumn> _kept = [];
    private readonly RowScore[] _scores = new RowScore[MostRows];
    private readonly long[] _positions = new long[MostRows];
    private readonly long[] _batches = new long[MostRows];
    private readonly DataViewRowId[] _ids = new DataViewRowId[MostRows];
    private ExceptionDispatchInfo? _failure;
    private int _count;
    private int _slot = -1;
    private bool _scored;

    public ReadAheadCursor(DataViewRowCursor input, ScoringColumns columns, BatchScorer scorer)
    {
        _input = input;
        _columns = columns;
        _scorer = scorer;
        _image = ImageColumn.Reader(input, columns.Image);
        _getId = input.GetIdGetter();
        foreach (DataViewSchema.Column column in columns.PassedThrough)
        {
            _kept.Add(column.Index, BufferedColumn.Of(input, column, MostRows));
        }

        for (int i = 0; i < MostRows; i++)
        {
            _scores[i] = scorer.NewRow();
        }
    }

    public override long Position => _slot < 0 ? -1 : _positions[_slot];

    public override long Batch => _slot < 0 ? 0 : _batches[_slot];

    public override DataViewSchema Schema => _columns.Output;

    public override bool MoveNext()
    {
        if (_slot + 1 < _count)
        {
            _slot++;
            return true;
        }

        _slot = -1;
        ReadAhead();
        _slot = _count > 0 ? 0 : -1;
        return _count > 0;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _columns.CheckActive(column);
        return _columns.IsFromInput(column)
            ? ScoringColumns.Typed<TValue>(column, _kept[column.Index].Getter(Slot))
            : _columns.ScoreGetter<TValue>(column, Current);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Slot()];

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Slot() => _slot >= 0 ? _slot : throw new InvalidOperationException("The cursor is not on a row; call MoveNext first.");

    private RowScore Current()
    {
        int slot = Slot();
        if (!_scored)
        {
            _scorer.Score(_scores.AsSpan(0, _count));
            _scored = true;
        }

        return _scores[slot];
    }

    private void ReadAhead()
    {
        _count = 0;
        _scored = false;
        _failure?.Throw();
        try
        {
            while (_count < MostRows && _input.MoveNext())
            {
                Keep(_count);
                _count++;
            }
        }
        catch (Exception exception)
        {
            // The rows before the one that failed are delivered first, as they would be without reading ahead.
            _failure = ExceptionDispatchInfo.Capture(exception);
            if (_count == 0)
            {
                throw;
            }
        }
    }

    private void Keep(int slot)
    {
        _positions[slot] = _input.Position;
        _batches[slot] = _input.Batch;
        _getId(ref _ids[slot]);
        foreach (BufferedColumn column in _kept.Values)
        {
            column.Keep(slot);
        }

        _scorer.Accept(_scores[slot], _input.Position, _image);
    }
}
