namespace Microsoft.ML.Loreal;

/// <summary>What a saved transformer says about itself.</summary>
internal sealed record ModelManifest(ScoringSettings Settings, IReadOnlyList<ModelPart> Parts);
