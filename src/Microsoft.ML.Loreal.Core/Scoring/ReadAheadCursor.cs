using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>
/// A cursor that scores a few rows together, and meanwhile reads, decodes and resizes the next few on other threads. The order of the rows
/// stays the input's.
/// </summary>
/// <remarks>
/// The values of the other active columns are copied as the rows are read. The alternative, a second cursor over the image column alone,
/// would be right only where two cursors over one view give the same rows, which a view over a stream does not promise. The input is read
/// by one thread at a time.
/// </remarks>
internal sealed class ReadAheadCursor : DataViewRowCursor
{
    private const int BatchRows = 32;
    private const int Slots = 2 * BatchRows;

    // The model uses the processors too, and all of them for most of its time.
    private static readonly int _workers = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly DataViewRowCursor _input;
    private readonly ScoringColumns _columns;
    private readonly Func<ImageCell> _image;
    private readonly ValueGetter<DataViewRowId> _getId;
    private readonly Dictionary<int, BufferedColumn> _kept = [];
    private readonly long[] _positions = new long[Slots];
    private readonly long[] _batches = new long[Slots];
    private readonly DataViewRowId[] _ids = new DataViewRowId[Slots];
    private readonly SkippedRows _skipped;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenSource _stop = new();
    private Part _current;
    private Part _next;
    private Task? _reading;
    private int _row = -1;

    public ReadAheadCursor(
        DataViewRowCursor input, ScoringColumns columns, IScorer scorer, SkippedRows skipped, CancellationToken cancel)
    {
        _input = input;
        _columns = columns;
        _skipped = skipped;
        _cancel = cancel;
        _image = ImageColumn.Reader(input, columns.Image);
        _getId = input.GetIdGetter();
        foreach (DataViewSchema.Column column in columns.PassedThrough)
        {
            _kept.Add(column.Index, BufferedColumn.Of(input, column, Slots));
        }

        _current = new Part(0, new ScoringBatch(scorer, BatchRows, columns.Features));
        _next = new Part(BatchRows, new ScoringBatch(scorer, BatchRows, columns.Features));
    }

    public override long Position => _row < 0 ? -1 : _positions[Slot()];

    public override long Batch => _row < 0 ? 0 : _batches[Slot()];

    public override DataViewSchema Schema => _columns.Output;

    public override bool MoveNext()
    {
        _cancel.ThrowIfCancellationRequested();
        if (_row + 1 < _current.Rows.Count)
        {
            _row++;
            return true;
        }

        _row = -1;
        if (_current.Failure is null)
        {
            Advance();
        }
        else
        {
            _current.Rows.Clear();
        }

        if (_current.Rows.Count > 0)
        {
            _row = 0;
            return true;
        }

        // The rows before the one that failed have been delivered, as they would be without reading ahead.
        _current.Failure?.Throw();
        _skipped.Report();
        return false;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _columns.CheckActive(column);
        return _columns.IsFromInput(column)
            ? ScoringColumns.Typed<TValue>(column, _kept[column.Index].Getter(Slot))
            : _columns.ScoreGetter<TValue>(column, () => _skipped.Seen(Current()));
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Slot()];

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_stop.IsCancellationRequested)
        {
            _stop.Cancel();
            try
            {
                _reading?.GetAwaiter().GetResult();
            }
            catch (Exception)
            {
                // Nobody will look at the rows that were being read.
            }

            _current.Rows.Dispose();
            _next.Rows.Dispose();
            _input.Dispose();
            _skipped.Report();
        }

        base.Dispose(disposing);
    }

    /// <summary>The next rows become the current ones.</summary>
    private void Advance()
    {
        if (_reading is null)
        {
            Read(_next);
        }
        else
        {
            _reading.GetAwaiter().GetResult();
            _reading = null;
        }

        (_current, _next) = (_next, _current);
    }

    private int Slot() =>
        _row >= 0 ? _current.FirstSlot + _row : throw new InvalidOperationException("The cursor is not on a row; call MoveNext first.");

    private RowScore Current()
    {
        int row = Slot() - _current.FirstSlot;
        if (!_current.Scored)
        {
            // Prepared already, unless these are the first rows or those before them were not scored.
            _current.Rows.Prepare(Environment.ProcessorCount, CancellationToken.None);
            if (_reading is null && _current.Failure is null)
            {
                Part next = _next;
                _reading = Task.Run(() =>
                {
                    Read(next);
                    next.Rows.Prepare(_workers, _stop.Token);
                });
            }

            _current.Rows.Score();
            _current.Scored = true;
        }

        return _current.Rows[row];
    }

    private void Read(Part part)
    {
        part.Rows.Clear();
        part.Scored = false;
        part.Failure = null;
        try
        {
            while (part.Rows.Count < BatchRows && !_stop.IsCancellationRequested && _input.MoveNext())
            {
                Keep(part);
            }
        }
        catch (Exception exception)
        {
            part.Failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    private void Keep(Part part)
    {
        int slot = part.FirstSlot + part.Rows.Count;
        _positions[slot] = _input.Position;
        _batches[slot] = _input.Batch;
        _getId(ref _ids[slot]);
        foreach (BufferedColumn column in _kept.Values)
        {
            column.Keep(slot);
        }

        part.Rows.Add(_input.Position, _image);
    }

    /// <summary>The rows that are scored together, in one half of the slots.</summary>
    private sealed class Part(int firstSlot, ScoringBatch rows)
    {
        public int FirstSlot => firstSlot;

        public ScoringBatch Rows => rows;

        public bool Scored { get; set; }

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
