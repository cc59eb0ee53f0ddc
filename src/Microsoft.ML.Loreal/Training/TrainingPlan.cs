using Microsoft.ML.Loreal.Scoring;

namespace Microsoft.ML.Loreal.Training;

/// <summary>
/// What a training is to do: the options of a trainer, checked and resolved when it is made. Nothing in a plan changes any more, and
/// nothing further in looks at the options.
/// </summary>
internal abstract record TrainingPlan
{
    /// <summary>The columns, and how images are read; the transformer keeps them.</summary>
    public required ScoringSettings Scoring { get; init; }

    /// <summary>The frozen CLIP model.</summary>
    public required ClipBackbone Backbone { get; init; }

    /// <summary>The side in pixels at which images are scored.</summary>
    public required int LowResolution { get; init; }

    /// <summary>T of the distillation.</summary>
    public required float Temperature { get; init; }

    /// <summary>The cached views of each image; 0 for a new view of every image in every epoch.</summary>
    public required int ViewsPerImage { get; init; }

    /// <summary>The smallest share of the image's area in a random crop.</summary>
    public required float MinimumCropArea { get; init; }

    /// <summary>The bytes that the encoded views of one resolution may take in memory.</summary>
    public required long FeatureCacheBytes { get; init; }

    /// <summary>Where encoded views are kept for other trainings; null to keep none.</summary>
    public required string? FeatureCachePath { get; init; }

    /// <summary>Where checkpoints are; null for none.</summary>
    public required string? WorkspacePath { get; init; }

    /// <summary>The least time between two checkpoints; zero for one after every epoch.</summary>
    public required TimeSpan CheckpointInterval { get; init; }

    /// <summary>The seed that was asked for; null for that of a checkpoint or of the MLContext.</summary>
    public required int? Seed { get; init; }

    /// <summary>The device that was asked for; null to choose.</summary>
    public required string? Device { get; init; }

    /// <summary>In what the backbone computes; in the plan that a training gets, a concrete precision.</summary>
    public required ComputePrecision Precision { get; init; }

    /// <summary>Ends the training.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>Told after every epoch.</summary>
    public required Action<TrainingMetrics>? MetricsCallback { get; init; }

    /// <summary>Whether something that is kept has to know the images by their digest.</summary>
    public virtual bool IdentifiesImages => WorkspacePath is not null || FeatureCachePath is not null;

    /// <summary>The precision in descriptions: none for the usual one, as in those from before there was a choice.</summary>
    protected ComputePrecision? DescribedPrecision => Precision == ComputePrecision.Single ? null : Precision;
}
