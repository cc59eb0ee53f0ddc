using Microsoft.Extensions.ObjectPool;
using Microsoft.ML.Data;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>One loaded model and a pool of engines over it. Any number of threads may predict.</summary>
internal sealed class ServedModel : IDisposable
{
    private readonly ClipClassifierTransformer _classifier;
    private readonly ObjectPool<PredictionEngine<Picture, Scores>> _engines;

    /// <summary>Takes over the classifier.</summary>
    public ServedModel(MLContext ml, ClipClassifierTransformer classifier, IReadOnlyList<byte[]> samples)
    {
        _classifier = classifier;
        // The files come from strangers: only the formats that browsers send are read.
        classifier.ImageFormats = ImageFormats.Jpeg | ImageFormats.Png | ImageFormats.WebP;
        _engines = new DefaultObjectPoolProvider().Create(new EnginePolicy(ml, classifier));
        Samples = samples;
    }

    public IReadOnlyList<string> Classes => _classifier.ClassNames;

    /// <summary>The side of the pictures that are scored, in pixels.</summary>
    public int Resolution => _classifier.Resolution;

    /// <summary>Encoded pictures to try.</summary>
    public IReadOnlyList<byte[]> Samples { get; }

    /// <summary>The most probable classes of a picture.</summary>
    /// <param name="file">An encoded picture.</param>
    /// <param name="top">How many classes.</param>
    /// <param name="showSeen">Whether the answer has the picture as the model sees it.</param>
    /// <exception cref="InvalidDataException">The picture cannot be decoded, or is too large to be.</exception>
    public Prediction Predict(byte[] file, int top, bool showSeen)
    {
        // The decoded picture may be a hundred times as large; from here on there is only what the model sees of it.
        using MLImage seen = _classifier.View(file);
        float[] scores = Score(seen);
        ClassProbability[] classes =
        [
            .. scores.Select((score, index) => new ClassProbability(Classes[index], score)).OrderByDescending(c => c.Probability).Take(top),
        ];
        return new Prediction(classes[0].Name, classes, showSeen ? PngAddress(seen) : null);
    }

    /// <summary>Predicts once, so that the first client does not wait for what happens only then.</summary>
    public void WarmUp()
    {
        using var gray = Image.LoadPixelData<Rgb24>(
            Enumerable.Repeat((byte)128, 3 * Resolution * Resolution).ToArray(), Resolution, Resolution);
        using var file = new MemoryStream();
        gray.SaveAsPng(file);
        Predict(file.ToArray(), top: 1, showSeen: true);
    }

    public void Dispose()
    {
        (_engines as IDisposable)?.Dispose();
        _classifier.Dispose();
    }

    private float[] Score(MLImage picture)
    {
        PredictionEngine<Picture, Scores> engine = _engines.Get();
        try
        {
            return engine.Predict(new Picture { Image = picture }).Score;
        }
        finally
        {
            _engines.Return(engine);
        }
    }

    private static string PngAddress(MLImage picture)
    {
        using var image = Image.LoadPixelData<Rgba32>(picture.Pixels, picture.Width, picture.Height);
        using var file = new MemoryStream();
        image.SaveAsPng(file);
        return $"data:image/png;base64,{Convert.ToBase64String(file.GetBuffer(), 0, (int)file.Length)}";
    }
}
