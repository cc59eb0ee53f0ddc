using System.Globalization;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Data;

namespace Microsoft.ML.Loreal.Training;

/// <summary>Sets some images of every class aside for validation.</summary>
internal static class ValidationSplit
{
    /// <summary>Splits images. Every class gives its share, rounded, but keeps at least one image to train on.</summary>
    /// <param name="images">All images.</param>
    /// <param name="fraction">The share that is set aside, in (0, 1).</param>
    /// <param name="seed">The seed of the choice.</param>
    /// <returns>The images to train on and those to validate on, each in their order.</returns>
    /// <exception cref="ArgumentException">No class has enough images to give one.</exception>
    public static (ImageSelection Training, ImageSelection Validation) Of(ILabeledImages images, double fraction, int seed)
    {
        IReadOnlyList<int> labels = images.Labels;
        bool[] aside = new bool[images.Count];
        foreach (IGrouping<int, int> ofClass in Enumerable.Range(0, images.Count).GroupBy(i => labels[i]))
        {
            int[] order = [.. ofClass];
            Seeds.Stream(seed, RandomUse.Validation, ofClass.Key).Shuffle(order);
            int count = (int)Math.Round(fraction * order.Length, MidpointRounding.AwayFromZero);
            foreach (int i in order.Take(Math.Min(count, order.Length - 1)))
            {
                aside[i] = true;
            }
        }

        if (!aside.Contains(true))
        {
            const string Option = "ValidationFraction";
            int largest = labels.CountBy(label => label).Max(c => c.Value);
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Option} is {fraction}, which leaves no image for validation: the largest class has {largest} images. ")
                + $"Raise {Option}, or give a ValidationSet.",
                Option);
        }

        return (Select(false), Select(true));

        ImageSelection Select(bool validation) => new(images, [.. Enumerable.Range(0, images.Count).Where(i => aside[i] == validation)]);
    }
}
