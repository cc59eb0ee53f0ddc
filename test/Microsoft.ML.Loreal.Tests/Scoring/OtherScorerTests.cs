using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Scoring;

/// <summary>Cursors and rows score with whatever fills the scorer's place: here without any tensor library.</summary>
[TestClass]
public sealed class OtherScorerTests
{
    [TestMethod]
    public void CursorsScoreWithAnotherScorer()
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        var scorer = new RednessScorer();
        var scored = new ScoredView(scorer, data);

        List<float[]> scores = Rows.Scores(scored);

        Assert.HasCount(Trained.Photos.Count, scores);
        foreach ((Photo photo, float[] score) in Trained.Photos.Zip(scores))
        {
            Assert.HasCount(2, score);
            Assert.AreEqual(1, score.Sum(), 1e-6);
            Assert.AreEqual(RednessScorer.Of(photo.ImagePath), score[0], 1e-6, photo.FileName);
        }

        Assert.AreEqual(scorer.Made, scorer.Freed, "An input was not given back.");
        Assert.IsGreaterThan(0, scorer.Made);
    }

    [TestMethod]
    public void RowsScoreWithAnotherScorer()
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        var mapper = new ScoringMapper(new RednessScorer(), data.Schema);
        using DataViewRowCursor cursor = data.GetRowCursor(mapper.GetDependencies(mapper.OutputSchema));
        using DataViewRow row = mapper.GetRow(cursor, mapper.OutputSchema);
        ValueGetter<uint> label = row.GetGetter<uint>(mapper.OutputSchema["PredictedLabel"]);
        for (int i = 0; cursor.MoveNext(); i++)
        {
            uint predicted = 0;
            label(ref predicted);
            Assert.AreEqual(RednessScorer.Of(Trained.Photos[i].ImagePath) >= 0.5f ? 1u : 2u, predicted);
        }
    }

    /// <summary>Says how red a picture is on average: 1 where every pixel is fully red.</summary>
    private sealed class RednessScorer : IScorer
    {
        private const int Side = 8;

        private static readonly ImageProcessor _levels = new(new ImageProcessorSettings { Mean = [0, 0, 0], Deviation = [1, 1, 1] });

        public ScoringSettings Settings { get; } = new("Image", "PredictedLabel", "Score", InvalidImageAction.Throw, 1_000_000);

        public IReadOnlyList<string> ClassNames { get; } = ["red", "other"];

        public int FeatureLength => 1;

        public int Resolution => Side;

        public ImageProcessor ImageProcessor => _levels;

        public int Made { get; private set; }

        public int Freed { get; private set; }

        public static float Of(string path)
        {
            using RgbImage picture = new ImageDecoder(1_000_000).Decode(path);
            float[] values = new float[3 * Side * Side];
            _levels.Evaluate(picture, Side, values);
            return values.Take(Side * Side).Average();
        }

        public IScorerInput CreateInput(int capacity)
        {
            Made++;
            return new Input(this, capacity);
        }

        private sealed class Input(RednessScorer owner, int capacity) : IScorerInput
        {
            private readonly float[] _values = new float[capacity * 3 * Side * Side];

            public void Fill(int slot, RgbImage image) => _levels.Evaluate(image, Side, _values.AsSpan(slot * 3 * Side * Side));

            public void Clear(int slot) => _values.AsSpan(slot * 3 * Side * Side, 3 * Side * Side).Clear();

            public void Score(int count, Span<float> probabilities, Span<float> features)
            {
                for (int i = 0; i < count; i++)
                {
                    float red = _values.Skip(i * 3 * Side * Side).Take(Side * Side).Average();
                    probabilities[2 * i] = red;
                    probabilities[(2 * i) + 1] = 1 - red;
                }
            }

            public void Dispose() => owner.Freed++;
        }
    }
}
