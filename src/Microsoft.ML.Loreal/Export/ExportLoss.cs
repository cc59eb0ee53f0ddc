using System.Globalization;
using Microsoft.ML.Loreal.Onnx;
using Onnx;

namespace Microsoft.ML.Loreal.Export;

/// <summary>What an exported model does to calibration pictures, beside the transformer that it was exported from.</summary>
/// <param name="Pictures">The number of pictures.</param>
/// <param name="Changed">How many are predicted as another class.</param>
/// <param name="RightBefore">How many the transformer predicts right; null where there are no labels.</param>
/// <param name="RightAfter">How many the exported model predicts right; null where there are no labels.</param>
internal sealed record ExportLoss(int Pictures, int Changed, int? RightBefore, int? RightAfter)
{
    /// <summary>
    /// The accuracy that is lost, from 0 to 1; without labels the share of changed predictions, which is at least as much.
    /// </summary>
    public double Share => RightBefore is { } before ? Math.Max(0.0, before - RightAfter!.Value) / Pictures : (double)Changed / Pictures;

    /// <summary>Compares predictions.</summary>
    /// <param name="before">The transformer's.</param>
    /// <param name="after">The exported model's.</param>
    /// <param name="labels">The classes of the pictures; null where they are not known.</param>
    public static ExportLoss Of(int[] before, int[] after, IReadOnlyList<int>? labels) => new(
        before.Length,
        before.Zip(after).Count(pair => pair.First != pair.Second),
        labels is null ? null : before.Zip(labels).Count(pair => pair.First == pair.Second),
        labels is null ? null : after.Zip(labels).Count(pair => pair.First == pair.Second));

    /// <summary>A property of a file's metadata that tells it.</summary>
    public StringStringEntryProto ToProperty(string key) => new()
    {
        Key = key,
        Value = PropertyJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("pictures", Pictures);
            writer.WriteNumber("changed", Changed);
            if (RightBefore is { } before)
            {
                writer.WriteNumber("rightBefore", before);
                writer.WriteNumber("rightAfter", RightAfter!.Value);
            }

            writer.WriteEndObject();
        }),
    };

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Changed} of {Pictures} calibration pictures are predicted as another class than by the transformer")
        + (RightBefore is { } before
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", and the accuracy is {(double)RightAfter!.Value / Pictures:P2} instead of {(double)before / Pictures:P2}")
            : "");
}
