using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>
/// Rows that are scored together: their images, the model's input for them, and the probabilities. The memory is used again for the next
/// rows.
/// </summary>
internal sealed class ScoringBatch : IDisposable
{
    private readonly IScorer _scorer;
    private readonly ImageDecoder _decoder;
    private readonly RowScore[] _rows;
    private readonly float[] _probabilities;
    private readonly float[] _features;
    private readonly int _featureLength;
    private readonly IScorerInput _input;

    /// <summary>Makes an empty batch.</summary>
    /// <param name="scorer">What scores.</param>
    /// <param name="capacity">The most rows.</param>
    /// <param name="features">Whether the features are wanted too.</param>
    public ScoringBatch(IScorer scorer, int capacity, bool features)
    {
        _scorer = scorer;
        _decoder = scorer.Settings.CreateDecoder(scorer.ImageProcessor.ResizedSide(scorer.Resolution));
        int classes = scorer.ClassNames.Count;
        _probabilities = new float[capacity * classes];
        _featureLength = features ? scorer.FeatureLength : 0;
        _features = new float[capacity * _featureLength];
        _rows =
        [
            .. Enumerable.Range(0, capacity).Select(slot => new RowScore(
                _probabilities.AsMemory(slot * classes, classes), _features.AsMemory(slot * _featureLength, _featureLength))),
        ];
        _input = scorer.CreateInput(capacity);
    }

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>One row.</summary>
    public RowScore this[int slot] => _rows[slot];

    /// <summary>Forgets the rows.</summary>
    public void Clear() => Count = 0;

    /// <summary>Takes the image of one more row, or what its absence means.</summary>
    public void Add(long number, Func<ImageCell> read)
    {
        int slot = Count;
        try
        {
            _rows[slot].Accept(number, read());
        }
        catch (InvalidDataException exception)
        {
            Reject(slot, Error(number, null, exception));
        }

        Count++;
        if (_rows[slot].Image is PixelCell)
        {
            // Decoded pictures are large: only what the model takes of them is kept while reading ahead.
            Prepare(slot);
        }
    }

    /// <summary>Decodes and resizes the images that are still to be.</summary>
    /// <param name="workers">The most threads.</param>
    /// <param name="cancel">Looked at before every image.</param>
    public void Prepare(int workers, CancellationToken cancel)
    {
        int[] waiting = [.. Enumerable.Range(0, Count).Where(slot => _rows[slot].Image is not null)];
        if (waiting.Length == 1)
        {
            Prepare(waiting[0]);
            return;
        }

        ParallelImages.ForEach(waiting, workers, cancel, Prepare);
    }

    /// <summary>Fills in the probabilities of the rows whose image can be used.</summary>
    public void Score()
    {
        if (!_rows.Take(Count).Any(row => row.Ready))
        {
            return;
        }

        int classes = _scorer.ClassNames.Count;
        _input.Score(Count, _probabilities.AsSpan(0, Count * classes), _features.AsSpan(0, Count * _featureLength));
        for (int slot = 0; slot < Count; slot++)
        {
            if (_rows[slot].Ready && _probabilities.AsSpan(slot * classes, classes).ContainsAnyExceptInRange(0f, float.MaxValue))
            {
                // To whoever reads the scores NaN means a skipped image; a broken model must not look like one.
                _rows[slot].Fail(new InvalidOperationException(
                    $"The scores of row {_rows[slot].Row} (counted from 0) are not numbers: the weights of the model lead to values out "
                    + "of range. Train it again with a lower learning rate."));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _input.Dispose();

    private void Prepare(int slot)
    {
        RowScore row = _rows[slot];
        try
        {
            using RgbImage image = row.Image!.Decode(_decoder);
            _input.Fill(slot, image);
            row.SetReady();
        }
        catch (InvalidDataException exception)
        {
            Reject(slot, Error(row.Row, row.Image!.Description, exception));
        }
    }

    private InvalidDataException Error(long number, string? description, InvalidDataException reason) =>
        InvalidImage.Error(number, _scorer.Settings.ImageColumnName, description, reason, _scorer.Settings.OnInvalidImage);

    private void Reject(int slot, InvalidDataException error)
    {
        // The row goes through the model with the others, and what comes out of it is not looked at.
        _input.Clear(slot);
        if (_scorer.Settings.OnInvalidImage == InvalidImageAction.Skip)
        {
            _rows[slot].Skip(error);
        }
        else
        {
            _rows[slot].Fail(error);
        }
    }
}
