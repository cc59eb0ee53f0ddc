using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Checkpoints;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Loreal.Training.Features;
using Microsoft.ML.Loreal.Training.Progress;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Loreal;

/// <summary>What a training of LOREAL, or of a prompt method alone, is to do.</summary>
internal sealed record LorealPlan : TrainingPlan
{
    /// <summary>The label column.</summary>
    public required string LabelColumnName { get; init; }

    /// <summary>The side in pixels at which a method without attributes is trained.</summary>
    public required int TrainResolution { get; init; }

    /// <summary>The base prompt method.</summary>
    public required PromptMethod Method { get; init; }

    /// <summary>A_1..A_K; null for the method alone.</summary>
    public required IReadOnlyList<string>? Attributes { get; init; }

    /// <summary>M.</summary>
    public required int TokensPerAttribute { get; init; }

    /// <summary>The hidden width of each meta-net.</summary>
    public required int HiddenWidth { get; init; }

    /// <summary>How the last layer of each meta-net starts.</summary>
    public required MetaNetInitialization MetaNetInitialization { get; init; }

    /// <summary>Which student's prompts see which student's image features.</summary>
    public required ContextBridge Bridge { get; init; }

    /// <summary>The weight of HLD.</summary>
    public required float Lambda1 { get; init; }

    /// <summary>The weight of LLD.</summary>
    public required float Lambda2 { get; init; }

    /// <summary>The weight of BPD.</summary>
    public required float BridgeWeight { get; init; }

    /// <summary>The largest share of the low-resolution feature in the mix.</summary>
    public required float MixMaximum { get; init; }

    /// <summary>The fraction of the epochs after which that share starts to grow.</summary>
    public required float MixStart { get; init; }

    /// <summary>A model whose standard-resolution student takes the place of stage 1; null to train one.</summary>
    public required LorealModel? StandardStudent { get; init; }

    /// <summary>How the base method is trained.</summary>
    public required StageSettings BaseStage { get; init; }

    /// <summary>How the meta-nets are trained.</summary>
    public required StageSettings DistillationStage { get; init; }

    /// <summary>The data of the validation images; null where they are not given.</summary>
    public required IDataView? ValidationSet { get; init; }

    /// <summary>The share of the training images that is set aside for validation; null for none.</summary>
    public required float? ValidationFraction { get; init; }

    /// <summary>When a stage ends before its last epoch; null for never.</summary>
    public required EarlyStoppingSettings? EarlyStopping { get; init; }

    /// <summary>The attribute slots; null for the method alone.</summary>
    public AttributeSettings? Slots => Attributes is null ? null : new AttributeSettings(Attributes, TokensPerAttribute, HiddenWidth);

    /// <summary>The losses of stage 3.</summary>
    public DistillationSettings Distillation => new(Bridge, Lambda1, Lambda2, BridgeWeight, Temperature);

    /// <summary>
    /// Everything that decides what a training learns, as JSON: two trainings with equal descriptions give equal weights on a CPU.
    /// </summary>
    /// <param name="seed">The seed of everything random.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="images">The training images.</param>
    /// <param name="validation">The validation images that are not taken from them.</param>
    public string Describe(int seed, IReadOnlyList<string> classNames, TrainingImages images, TrainingImages? validation) =>
        TrainingConfiguration.Write(new
        {
            Seed = seed,
            Precision = DescribedPrecision,
            ClassNames = classNames,
            Images = TrainingConfiguration.Identity(images),
            ValidationSet = validation is null ? null : TrainingConfiguration.Identity(validation),
            ValidationFraction,
            Backbone = Backbone.Identity,
            LowResolution,
            TrainResolution,
            Method = Method.Describe(),
            Attributes,
            TokensPerAttribute,
            HiddenWidth,
            MetaNetInitialization,
            Bridge,
            Lambda1,
            Lambda2,
            BridgeWeight,
            Temperature,
            MixMaximum,
            MixStart,
            StandardStudent = StandardStudent is null ? null : ModelDigest.Of(StandardStudent),
            BaseStage,
            DistillationStage,
            EarlyStopping,
            ViewsPerImage,
            MinimumCropArea,
        });

    /// <summary>What decides how a given view is encoded, as JSON.</summary>
    public string DescribeEncoding(Device device) => EncodingDescription.Of(
        device, new { Backbone = Backbone.Identity, Method = Method.Describe(), Precision = DescribedPrecision });
}
