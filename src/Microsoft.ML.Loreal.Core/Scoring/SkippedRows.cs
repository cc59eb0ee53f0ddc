namespace Microsoft.ML.Loreal.Scoring;

/// <summary>
/// The rows of one pass over a view whose image cannot be used and which are skipped. ML.NET's metrics leave rows without scores out and
/// do not say so.
/// </summary>
/// <param name="warn">Told at the end of the pass; null for nobody.</param>
internal sealed class SkippedRows(Action<string>? warn)
{
    private readonly Lock _lock = new();
    private long _count;
    private (long Row, string Message)? _first;

    /// <summary>Counts a row. Safe for several threads.</summary>
    public void Add(long row, InvalidDataException error)
    {
        lock (_lock)
        {
            _count++;
            if (_first is null || row < _first.Value.Row)
            {
                _first = (row, error.Message);
            }
        }
    }

    /// <summary>Says what was counted, if anything, and counts anew.</summary>
    public void Report()
    {
        lock (_lock)
        {
            if (_first is { } first)
            {
                warn?.Invoke(
                    $"{_count} row(s) with an image that cannot be used were skipped. Their scores are NaN, and ML.NET's metrics leave them "
                    + $"out: accuracies and losses are those of the other rows. The first: {first.Message}");
            }

            (_count, _first) = (0, null);
        }
    }
}
