using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Training.Data;

/// <summary>The training images, loaded on demand.</summary>
internal interface ILabeledImages
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The class of each image, from 0.</summary>
    IReadOnlyList<int> Labels { get; }

    /// <summary>A text that only the same images in the same order have; null where that is not known.</summary>
    string? Identity => null;

    /// <summary>Decodes an image, which the caller disposes. Called by several threads at once.</summary>
    RgbImage Load(int index);
}
