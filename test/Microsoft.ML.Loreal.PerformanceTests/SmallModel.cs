namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// A LOREAL model with a CLIP of 0.4 million random weights, the zip it was saved in, pictures, and what it says of each: for loops so long
/// that a larger one would take hours.
/// </summary>
internal sealed class SmallModel : IDisposable
{
    private const int Classes = 3;

    private readonly TemporaryFolder _folder = new();
    private readonly string _zip;
    private readonly float[][] _expected;

    public SmallModel()
    {
        _zip = Path.Combine(_folder.Path, "model.zip");
        List<JpegFolder.Photo> photos = JpegFolder.Write(_folder.Path, 10 * Classes, Classes);
        IDataView data = Context.Data.LoadFromEnumerable(photos);
        Transformer = FolderBenchmark.Fit(Context, BenchmarkModel.Small.Write(_folder.Path), BenchmarkModel.Small, data, attributes: true);
        Context.Model.Save(Transformer, data.Schema, _zip);
        Photos = photos;
        using PredictionEngine<JpegFolder.Photo, PhotoScores> engine = Engine(Transformer);
        _expected = [.. photos.Select(photo => engine.Predict(photo).Score)];
    }

    public MLContext Context { get; } = new(1);

    public LorealTransformer Transformer { get; }

    public IReadOnlyList<JpegFolder.Photo> Photos { get; }

    /// <summary>Another transformer from the zip.</summary>
    public LorealTransformer Load() => (LorealTransformer)Context.Model.Load(_zip, out _);

    /// <summary>An engine that leaves the transformer to others.</summary>
    public PredictionEngine<JpegFolder.Photo, PhotoScores> Engine(ITransformer transformer) =>
        Context.Model.CreatePredictionEngine<JpegFolder.Photo, PhotoScores>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });

    /// <summary>Whether these are the scores of the picture with this number, counted on past the last, bit for bit.</summary>
    public bool IsRight(long number, ReadOnlySpan<float> scores) => scores.SequenceEqual(_expected[number % _expected.Length]);

    /// <summary>The same but for rounding.</summary>
    public bool IsAboutRight(long number, ReadOnlySpan<float> scores)
    {
        float[] expected = _expected[number % _expected.Length];
        for (int i = 0; i < expected.Length; i++)
        {
            if (Math.Abs(scores[i] - expected[i]) > 1e-5f)
            {
                return false;
            }
        }

        return scores.Length == expected.Length;
    }

    /// <summary>Predicts the picture with this number.</summary>
    public bool IsRight(long number, PredictionEngine<JpegFolder.Photo, PhotoScores> engine) =>
        IsRight(number, engine.Predict(Photos[(int)(number % Photos.Count)]).Score);

    /// <summary>So many rows, the pictures again and again.</summary>
    public IDataView Rows(int count) => Context.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => Photos[i % Photos.Count]));

    public void Dispose()
    {
        Transformer.Dispose();
        _folder.Dispose();
    }
}
