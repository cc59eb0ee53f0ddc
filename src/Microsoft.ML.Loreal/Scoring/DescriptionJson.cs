using System.Text.Json;
using Microsoft.ML.Loreal.Clip;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>What the JSON descriptions of all saved models have in common.</summary>
internal static class DescriptionJson
{
    private const string Precision = "precision";

    /// <summary>Writes a list of names into the open JSON object.</summary>
    public static void WriteNames(Utf8JsonWriter writer, string property, IReadOnlyList<string> names)
    {
        writer.WriteStartArray(property);
        foreach (string name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    /// <summary>Reads what <see cref="WriteNames"/> wrote.</summary>
    public static IReadOnlyList<string> ReadNames(JsonElement names) => [.. names.EnumerateArray().Select(n => n.GetString()!)];

    /// <summary>Writes a precision into the open JSON object, unless it is the usual one.</summary>
    public static void WritePrecision(Utf8JsonWriter writer, ComputePrecision precision)
    {
        if (precision != ComputePrecision.Single)
        {
            writer.WriteString(Precision, precision.ToString());
        }
    }

    /// <summary>Reads what <see cref="WritePrecision"/> wrote.</summary>
    /// <exception cref="FormatException">There is no such precision.</exception>
    public static ComputePrecision ReadPrecision(JsonElement root)
    {
        if (!root.TryGetProperty(Precision, out JsonElement value))
        {
            return ComputePrecision.Single;
        }

        string? name = value.GetString();
        return Enum.TryParse<ComputePrecision>(name, out ComputePrecision precision)
            && precision.ToString() == name
            && PrecisionSupport.Concrete.Contains(precision)
            ? precision
            : throw new FormatException(
                $"The model was saved with the precision \"{name}\"; this version of the package knows "
                + $"{string.Join(", ", PrecisionSupport.Concrete)}.");
    }

    /// <summary>Checks the version of the format.</summary>
    /// <exception cref="FormatException">It is not one from 1 to <paramref name="known"/>.</exception>
    public static void CheckVersion(int version, int known)
    {
        if (version < 1 || version > known)
        {
            throw new FormatException(
                $"The model was saved in format {version}; this version of the package reads format {known}. Load it with a newer "
                + "version.");
        }
    }

    /// <summary>Checks that the backbone is the one that the model was trained with.</summary>
    /// <exception cref="InvalidDataException">Its weights are others.</exception>
    public static void CheckBackbone(string sha256, ClipBackbone backbone)
    {
        if (!string.Equals(sha256, backbone.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException(
                $"The model was trained with a backbone whose weights have the SHA-256 {sha256}; the one given has {backbone.Sha256}. Use "
                + "the same weights.");
        }
    }
}
