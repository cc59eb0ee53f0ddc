using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Training.Data;

/// <summary>Some of the images.</summary>
/// <param name="images">All of them.</param>
/// <param name="chosen">Which.</param>
internal sealed class ImageSelection(ILabeledImages images, IReadOnlyList<int> chosen) : ILabeledImages
{
    /// <inheritdoc/>
    public int Count => chosen.Count;

    /// <inheritdoc/>
    public IReadOnlyList<int> Labels { get; } = Chosen(images.Labels, chosen);

    /// <inheritdoc/>
    public string? Identity => images.Identity is null ? null : $"{images.Identity} {string.Join(' ', chosen)}";

    /// <inheritdoc/>
    public RgbImage Load(int index) => images.Load(chosen[index]);

    private static int[] Chosen(IReadOnlyList<int> labels, IReadOnlyList<int> chosen) => [.. chosen.Select(i => labels[i])];
}
