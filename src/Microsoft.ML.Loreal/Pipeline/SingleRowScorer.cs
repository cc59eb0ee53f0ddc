namespace Microsoft.ML.Loreal;

/// <summary>Scores the row where its input stands, once per position.</summary>
internal sealed class SingleRowScorer(DataViewRow input, DataViewSchema.Column imageColumn, BatchScorer scorer)
{
    private readonly Func<ImageCell> _image = ImageColumn.Reader(input, imageColumn);
    private readonly RowScore[] _row = [scorer.NewRow()];
    private long? _position;

    public RowScore Current()
    {
        if (_position != input.Position)
        {
            _position = null;
            scorer.Accept(_row[0], input.Position, _image);
            scorer.Score(_row);
            _position = input.Position;
        }

        return _row[0];
    }
}
