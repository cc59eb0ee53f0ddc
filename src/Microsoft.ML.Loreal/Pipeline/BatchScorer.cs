using TorchSharp;

namespace Microsoft.ML.Loreal;

/// <summary>Scores a few rows at once: decodes and resizes on all processors, then runs the model. One per cursor.</summary>
internal sealed class BatchScorer(ClipClassifierTransformer transformer)
{
    private readonly ImageDecoder _decoder = new(transformer.Settings.MaximumPixels);
    private readonly int _resolution = transformer.Resolution;
    private readonly int _imageLength = 3 * transformer.Resolution * transformer.Resolution;
    private readonly int _classes = transformer.ClassNames.Count;
    private float[] _batch = [];

    /// <summary>A slot for one row.</summary>
    public RowScore NewRow() => new(_imageLength, _classes);

    /// <summary>Takes the row's image, or what its absence means.</summary>
    public void Accept(RowScore row, long number, Func<ImageCell> read)
    {
        try
        {
            row.Accept(number, read());
        }
        catch (InvalidDataException exception)
        {
            Reject(row, InvalidImage.Error(number, transformer.Settings.ImageColumnName, null, exception));
        }

        if (row.Image is PixelCell)
        {
            // Decoded pictures are large: only what the model takes of them is kept while reading ahead.
            Prepare(row);
        }
    }

    /// <summary>Fills in the probabilities of the rows whose image can be used.</summary>
    public void Score(ReadOnlySpan<RowScore> rows)
    {
        RowScore[] all = rows.ToArray();
        PrepareAll([.. all.Where(row => row.Image is not null)]);
        RowScore[] ready = [.. all.Where(row => row.Ready)];
        if (ready.Length == 0)
        {
            return;
        }

        float[] pixels = Pack(ready);
        var probabilities = new float[ready.Length * _classes];
        using (torch.Tensor batch = torch.tensor(pixels, [ready.Length, 3, _resolution, _resolution]))
        {
            transformer.Score(batch, probabilities);
        }

        for (int i = 0; i < ready.Length; i++)
        {
            probabilities.AsSpan(i * _classes, _classes).CopyTo(ready[i].Probabilities);
        }
    }

    private void PrepareAll(RowScore[] rows)
    {
        if (rows.Length == 1)
        {
            Prepare(rows[0]);
            return;
        }

        Parallel.ForEach(rows, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, Prepare);
    }

    private void Prepare(RowScore row)
    {
        try
        {
            transformer.Backbone.ImageProcessor.Evaluate(row.Image!.Decode(_decoder), _resolution, row.Pixels);
            row.Prepared();
        }
        catch (InvalidDataException exception)
        {
            Reject(row, InvalidImage.Error(row.Row, transformer.Settings.ImageColumnName, row.Image!.Description, exception));
        }
    }

    private void Reject(RowScore row, InvalidDataException error)
    {
        if (transformer.Settings.OnInvalidImage == InvalidImageAction.Skip)
        {
            row.Skip();
        }
        else
        {
            row.Fail(error);
        }
    }

    private float[] Pack(RowScore[] rows)
    {
        if (_batch.Length != rows.Length * _imageLength)
        {
            _batch = new float[rows.Length * _imageLength];
        }

        for (int i = 0; i < rows.Length; i++)
        {
            rows[i].Pixels.CopyTo(_batch.AsSpan(i * _imageLength));
        }

        return _batch;
    }
}
