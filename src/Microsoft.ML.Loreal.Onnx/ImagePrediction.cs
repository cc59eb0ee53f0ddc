namespace Microsoft.ML.Loreal;

/// <summary>What a <see cref="LorealClassifier"/> says of one picture.</summary>
public sealed class ImagePrediction
{
    private readonly IReadOnlyList<string> _classNames;
    private readonly float[] _scores;
    private readonly int _best;

    internal ImagePrediction(IReadOnlyList<string> classNames, float[] scores)
    {
        _classNames = classNames;
        _scores = scores;
        _best = Array.IndexOf(scores, scores.Max());
    }

    /// <summary>The most probable class, the first of them on a tie.</summary>
    public string ClassName => _classNames[_best];

    /// <summary>Its probability, from 0 to 1.</summary>
    public float Probability => _scores[_best];

    /// <summary>The probabilities of all classes, in the order of <see cref="LorealClassifier.ClassNames"/>.</summary>
    public IReadOnlyList<float> Scores => _scores;

    /// <summary>The most probable classes, the most probable first, and in the classifier's order on a tie.</summary>
    /// <param name="count">How many, at least 1; all where there are fewer.</param>
    /// <returns>The classes with their probabilities.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public IReadOnlyList<ClassScore> Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return
        [
            .. _classNames.Zip(_scores, (name, score) => new ClassScore(name, score))
                .OrderByDescending(one => one.Probability).Take(count),
        ];
    }
}
