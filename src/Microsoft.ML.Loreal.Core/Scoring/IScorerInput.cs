using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>The input of a scorer for some images, in memory of the scorer's choice.</summary>
internal interface IScorerInput : IDisposable
{
    /// <summary>Writes what the scorer takes of a picture. Safe to call from several threads, each with a slot of its own.</summary>
    /// <param name="slot">Which of the images it is, from 0.</param>
    /// <param name="image">The decoded picture.</param>
    /// <exception cref="InvalidDataException">The picture cannot be resized.</exception>
    void Fill(int slot, RgbImage image);

    /// <summary>Writes zeros in place of a picture.</summary>
    void Clear(int slot);

    /// <summary>Scores the first images.</summary>
    /// <param name="count">How many.</param>
    /// <param name="probabilities">Takes count x classes numbers, image by image.</param>
    /// <param name="features">Takes count x length numbers, the normalized image features; empty where nobody wants them.</param>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    void Score(int count, Span<float> probabilities, Span<float> features = default);
}
