using System.Text.Json.Serialization;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Scoring;

namespace Microsoft.ML.Loreal.Archive;

/// <summary>What a saved transformer says about itself.</summary>
internal sealed record ModelManifest(ScoringSettings Settings, IReadOnlyList<ModelPart> Parts)
{
    /// <summary>
    /// Whether everything is there and the parts' names stay in the transformer's folder of the archive: a hash tells of damage, not of
    /// intent.
    /// </summary>
    [JsonIgnore]
    public bool IsUsable =>
        Settings is { ImageColumnName.Length: > 0, PredictedLabelColumnName.Length: > 0, ScoreColumnName.Length: > 0, MaximumPixels: > 0 }
        && Settings.FeatureColumnName is null or { Length: > 0 }
        && Enum.IsDefined(Settings.OnInvalidImage)
        && AcceptedFormats.AreUsable(Settings.ImageFormats)
        && Parts is not null
        && Parts.All(part => part is { Name.Length: > 0, Length: >= 0, Sha256: not null } && part.Name.Split('/').All(IsPlain))
        && Parts.DistinctBy(part => part.Name, StringComparer.Ordinal).Count() == Parts.Count;

    private static bool IsPlain(string segment) => segment is not ("" or "." or "..") && !segment.AsSpan().ContainsAny("\\:\0");
}
