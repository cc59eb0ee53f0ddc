namespace Microsoft.ML.Loreal.Scoring;

/// <summary>The input of a scorer for some images, in memory of the scorer's choice.</summary>
internal interface IScorerInput : IDisposable
{
    /// <summary>3 x resolution x resolution float32 numbers for each image, channels first.</summary>
    Span<float> Values { get; }

    /// <summary>Scores the first images.</summary>
    /// <param name="count">How many.</param>
    /// <param name="probabilities">Takes count x classes numbers, image by image.</param>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    void Score(int count, Span<float> probabilities);
}
