using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>Scores the row where its input stands, once per position.</summary>
internal sealed class SingleRowScorer(DataViewRow input, ScoringColumns columns, IScorer scorer) : IDisposable
{
    private readonly Func<ImageCell> _image = ImageColumn.Reader(input, columns.Image);
    private readonly ScoringBatch _row = new(scorer, 1, columns.Features);
    private long? _position;

    public RowScore Current()
    {
        if (_position != input.Position)
        {
            _position = null;
            _row.Clear();
            _row.Add(input.Position, _image);
            _row.Prepare(1, CancellationToken.None);
            _row.Score();
            _position = input.Position;
        }

        return _row[0];
    }

    /// <inheritdoc/>
    public void Dispose() => _row.Dispose();
}
