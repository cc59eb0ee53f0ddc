using Microsoft.ML.Loreal.Loreal;
using Microsoft.ML.Loreal.PromptKD.Regions;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Checkpoints;
using Microsoft.ML.Loreal.Training.Data;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>What a training of PromptKD is to do.</summary>
internal sealed record PromptKDPlan : TrainingPlan
{
    private const int PublishedDepth = 9;

    /// <summary>The teacher, a model without attributes.</summary>
    public required LorealModel Teacher { get; init; }

    /// <summary>The classes that the student learns to tell apart.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>The learned tokens of each block of the student's image tower.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>The blocks that have learned tokens of their own; null for the published number, or all where there are fewer.</summary>
    public required int? PromptDepth { get; init; }

    /// <summary>The weight of the divergence between the teacher and the student.</summary>
    public required float DistillationWeight { get; init; }

    /// <summary>The weight of the similarity-difference losses.</summary>
    public required float NegativePromptWeight { get; init; }

    /// <summary>How the student is trained.</summary>
    public required StageSettings Stage { get; init; }

    /// <summary>Where the teacher's answers are kept; null to ask it anew.</summary>
    public required RegionTableSettings? Regions { get; init; }

    /// <inheritdoc/>
    public override bool IdentifiesImages => base.IdentifiesImages || Regions is not null;

    /// <summary>The sizes of what the student learns.</summary>
    /// <param name="featureWidth">J', the width of the teacher's features.</param>
    public PromptKDStudentSettings StudentSettings(int featureWidth) =>
        new(PromptTokens, PromptDepth ?? Math.Min(PublishedDepth, Backbone.Config.VisionLayers), featureWidth);

    /// <summary>
    /// Everything that decides what a training learns, as JSON: two trainings with equal descriptions give equal weights on a CPU.
    /// </summary>
    /// <param name="seed">The seed of everything random.</param>
    /// <param name="images">The training images.</param>
    public string Describe(int seed, TrainingImages images) => TrainingConfiguration.Write(new
    {
        Seed = seed,
        Precision = DescribedPrecision,
        Images = TrainingConfiguration.Identity(images),
        Teacher = ModelDigest.Of(Teacher),
        ClassNames,
        Backbone = Backbone.Identity,
        LowResolution,
        PromptTokens,
        PromptDepth,
        Temperature,
        DistillationWeight,
        NegativePromptWeight,
        Stage,
        ViewsPerImage,
        MinimumCropArea,
        Regions = Regions is { } table ? new { table.LabelsKept, table.Sparsification, table.Seed } : null,
    });
}
