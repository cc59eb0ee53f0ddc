using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>A trained classifier as cursors and rows see it, whatever it computes with. Safe for several threads.</summary>
internal interface IScorer
{
    /// <summary>The columns, and how images are read. Whatever asks for rows keeps those of that moment.</summary>
    ScoringSettings Settings { get; }

    /// <summary>The classes, in the order of their probabilities.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>The length of an image's features.</summary>
    int FeatureLength { get; }

    /// <summary>The side in pixels of the images that are scored.</summary>
    int Resolution { get; }

    /// <summary>How pictures become the model's input.</summary>
    ImageProcessor ImageProcessor { get; }

    /// <summary>Makes room for the model's input.</summary>
    /// <param name="capacity">The most images.</param>
    /// <returns>The room, which the caller disposes.</returns>
    IScorerInput CreateInput(int capacity);
}
