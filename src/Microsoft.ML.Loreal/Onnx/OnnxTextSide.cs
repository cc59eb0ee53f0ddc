namespace Microsoft.ML.Loreal;

/// <summary>How an exported model computes the text side of prompts that depend on the image, those with attributes.</summary>
public enum OnnxTextSide
{
    /// <summary>With the text tower, once for every class and image.</summary>
    Exact,

    /// <summary>
    /// With a small affine map that is fitted to calibration pictures: no text tower in the file, and next to no time. The text features
    /// are close to the exact ones, not the same.
    /// </summary>
    Compiled,
}
