namespace Microsoft.ML.Loreal;

/// <summary>The training images, loaded on demand.</summary>
internal interface ILabelledImages
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The class of each image, from 0.</summary>
    IReadOnlyList<int> Labels { get; }

    /// <summary>Decodes an image, which the caller disposes. Called by several threads at once.</summary>
    RgbImage Load(int index);
}
