using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Tensors;

namespace Microsoft.ML.Loreal.Training.Data;

/// <summary>Which regions of the images training looks at. They follow from a seed, so that they need not be kept.</summary>
internal static class RandomViews
{
    /// <summary>Which of its cached views an epoch shows of an image at a resolution.</summary>
    public static int Number(int seed, int views, int resolution, int image, int stage, int epoch) =>
        Seeds.Stream(seed, RandomUse.View, stage, epoch, resolution, image).Next(views);

    /// <summary>What a view shows.</summary>
    /// <param name="seed">The seed of the views.</param>
    /// <param name="minimumArea">The smallest share of the image in a crop.</param>
    /// <param name="picture">The image.</param>
    /// <param name="image">Its index.</param>
    /// <param name="view">The number of the view.</param>
    /// <param name="resolution">The resolution that it is drawn for.</param>
    public static ImageRegion Region(int seed, float minimumArea, RgbImage picture, int image, int view, int resolution) =>
        ImageProcessor.DrawRegion(picture.Width, picture.Height, minimumArea, Seeds.Stream(seed, RandomUse.Crop, image, view, resolution));
}
