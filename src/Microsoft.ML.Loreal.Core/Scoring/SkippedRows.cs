namespace Microsoft.ML.Loreal.Scoring;

/// <summary>
/// The rows of one pass over a view whose image cannot be used and which are skipped. ML.NET's metrics leave rows without scores out and
/// do not say so.
/// </summary>
/// <param name="warn">Told at the end of the pass; null for nobody.</param>
internal sealed class SkippedRows(Action<string>? warn)
{
    private long _count;
    private long? _last;
    private InvalidDataException? _first;

    /// <summary>Counts a row whose scores somebody asks for, if it is skipped; once, however often it is asked for.</summary>
    public RowScore Seen(RowScore row)
    {
        if (row.Skipped is { } reason && row.Row != _last)
        {
            _count++;
            _last = row.Row;
            _first ??= reason;
        }

        return row;
    }

    /// <summary>
    /// Says what was counted, if anything, once: at the last row, or where a pass ends before that. Not every consumer disposes its cursor.
    /// </summary>
    public void Report()
    {
        if (_first is { } first)
        {
            warn?.Invoke(
                $"{_count} row(s) with an image that cannot be used were skipped. Their scores are NaN, and ML.NET's metrics leave them "
                + $"out: accuracies and losses are those of the other rows. The first: {first.Message}");
            _first = null;
        }
    }
}
