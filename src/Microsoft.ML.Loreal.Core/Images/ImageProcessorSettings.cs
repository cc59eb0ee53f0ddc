namespace Microsoft.ML.Loreal.Images;

/// <summary>How a picture becomes a model's input. The defaults are CLIP's.</summary>
internal sealed record ImageProcessorSettings
{
    /// <summary>1/255, with which levels become 0 to 1.</summary>
    public const double DefaultRescaleFactor = 1 / 255.0;

    /// <summary>What becomes of the picture's shape.</summary>
    public ResizeMode ResizeMode { get; init; }

    /// <summary>The filter of the resize.</summary>
    public ResampleFilter Filter { get; init; } = ResampleFilter.Bicubic;

    /// <summary>
    /// The side to which pictures are resized before a square with <see cref="CroppedSide"/> is cut out. Both are those of the standard
    /// resolution; at others they keep their ratio.
    /// </summary>
    public int ResizedSide { get; init; } = 1;

    /// <summary>The side of the square that is cut out of the center.</summary>
    public int CroppedSide { get; init; } = 1;

    /// <summary>What surrounds a picture that is smaller than the square: red, green, blue.</summary>
    public (byte Red, byte Green, byte Blue) FillColor { get; init; }

    /// <summary>What levels from 0 to 255 are multiplied by.</summary>
    public double RescaleFactor { get; init; } = DefaultRescaleFactor;

    /// <summary>What is subtracted from each channel after that.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [.. ImageProcessor.ClipMean];

    /// <summary>What each channel is divided by after that.</summary>
    public IReadOnlyList<float> Deviation { get; init; } = [.. ImageProcessor.ClipDeviation];

    /// <summary>Whether every level of every channel becomes a number that is finite.</summary>
    public bool IsFinite => Mean.Zip(Deviation).All(channel =>
        float.IsFinite(-channel.First / channel.Second)
        && float.IsFinite(((float)(byte.MaxValue * RescaleFactor) - channel.First) / channel.Second));
}
