using Microsoft.ML.Loreal.PromptKD;

namespace Microsoft.ML.Loreal;

/// <content>The settings.</content>
public sealed partial class PromptKDTrainer
{
    /// <summary>
    /// The settings of <see cref="PromptKDTrainer"/>. Every default is the published one unless its description says otherwise.
    /// </summary>
    public sealed class Options
    {
        private const int PublishedDepth = 9;

        /// <summary>
        /// The teacher: a trained model, usually on a larger backbone and scored at its standard resolution, trained with <c>Attributes =
        /// null</c>. Required. It must not be disposed before <c>Fit</c> has begun to encode images, that is, best not before it returns.
        /// </summary>
        public LorealTransformer? Teacher { get; set; }

        /// <summary>
        /// The classes that the student learns to tell apart, through the teacher's prompts. No other class can be scored afterwards, so
        /// name all that will ever be asked for. Default (null): the teacher's own.
        /// </summary>
        public IReadOnlyList<string>? ClassNames { get; set; }

        /// <summary>
        /// The image column: <c>MLImage</c>, the path of a file as text, or an encoded file as a vector of bytes. Default "Image".
        /// </summary>
        /// <remarks>
        /// One rule for transparency, however a file comes: alpha is dropped and the color kept, and a pixel that is not seen at all (alpha
        /// 0) is black. An <c>MLImage</c> holds colors multiplied by alpha in 8 bits, which is undone; what that rounding lost stays lost:
        /// nothing where alpha is 255, at most one level (of WebP three) where it is 86 or more, more levels below. So files whose pixels
        /// are each opaque or invisible score exactly as their <c>MLImage</c> does, and where soft edges have to be exact as well, give
        /// paths or bytes. TIFF and TGA files, of which ML.NET makes no <c>MLImage</c>, keep the color of invisible pixels too.
        /// </remarks>
        public string ImageColumnName { get; set; } = "Image";

        /// <summary>The output column with the probabilities, one slot per class. Default "Score".</summary>
        public string ScoreColumnName { get; set; } = "Score";

        /// <summary>The output column with the predicted class as a key. Default "PredictedLabel".</summary>
        public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

        /// <summary>The student's frozen CLIP model. Default: the small one that comes with the package.</summary>
        public ClipBackbone Backbone { get; set; } = ClipBackbone.Default;

        /// <summary>
        /// The side in pixels at which the student sees images, in training and in scoring; a multiple of the backbone's patch, at most its
        /// standard resolution. The teacher sees the same regions at its own resolution. Default (null): the backbone's standard
        /// resolution.
        /// </summary>
        public int? LowResolution { get; set; }

        /// <summary>The learned tokens of each block of the student's image tower, at least 1. Default 4.</summary>
        public int PromptTokens { get; set; } = 4;

        /// <summary>
        /// The blocks of the student's image tower that have learned tokens of their own, from the first on. Default (null): 9 (published;
        /// 3 for transfer to other data sets), or all where there are fewer.
        /// </summary>
        public int? PromptDepth { get; set; }

        /// <summary>T, by which the logits of both are divided before the softmax. Default 1.</summary>
        public float Temperature { get; set; } = 1;

        /// <summary>
        /// What T^2 KL(teacher || student) / (images x classes) is multiplied with. Default 1000. Published: 200 for FGVC Aircraft, Flowers
        /// 102 and DTD, 1000 for the other data sets.
        /// </summary>
        public float DistillationWeight { get; set; } = 1000;

        /// <summary>
        /// The weight of the similarity-difference losses of positive and negative prompts, 0 or more. Default 0: they are not computed.
        /// FDBPL's abstract names them without a formula; what they are here is this package's interpretation, described in
        /// docs/methods.md.
        /// </summary>
        public float NegativePromptWeight { get; set; }

        /// <summary>
        /// How the student is trained. Default: SGD 0.005, 20 epochs, batches of 8, one warm-up epoch at 1e-5, cosine. A batch needs at
        /// least two images, as the projector normalises over it.
        /// </summary>
        public TrainingStageOptions Stage { get; set; } = new() { Epochs = 20, BatchSize = 8, LearningRate = 0.005 };

        /// <summary>
        /// Random views (crop and flip) of each image that the teacher encodes once, before the epochs. Default 8.
        /// 0 has the teacher encode a new view of every image in every epoch, as the published code does.
        /// </summary>
        public int ViewsPerImage { get; set; } = 8;

        /// <summary>The smallest share of the image's area in a random crop, in (0, 1]. Default 0.08.</summary>
        public float MinimumCropArea { get; set; } = 0.08f;

        /// <summary>
        /// The memory in MB (2^20 bytes) that the teacher's encoded views may take. Default 1,024; more than that is kept in a
        /// memory-mapped file.
        /// </summary>
        public int FeatureCacheMegabytes { get; set; } = 1024;

        /// <summary>
        /// A folder in which the teacher's encoded views are kept for other trainings with the same teacher, classes, images and seed, made
        /// where it is missing. Default (null): none are kept. They take 4 J' bytes a view and give the exact answers of all classes;
        /// <see cref="Regions"/> takes less and gives the most probable ones.
        /// </summary>
        public string? FeatureCachePath { get; set; }

        /// <summary>
        /// Keeps the teacher's answers about <see cref="ViewsPerImage"/> regions of each image in a file that trainings share (FDBPL), only
        /// the most probable classes of each. Default (null): the exact answers are made anew in every <c>Fit</c>.
        /// </summary>
        public RegionTableOptions? Regions { get; set; }

        /// <summary>
        /// The seed of everything random in <c>Fit</c>. Default (null): drawn from the <see cref="MLContext"/>'s seed, or, where
        /// <see cref="WorkspacePath"/> has a checkpoint, the seed of that. Two fits with one seed give equal weights on a CPU; with MKL,
        /// which TorchSharp's own libtorch computes with, to the last bit only where the environment variable MKL_CBWR is AUTO,STRICT
        /// before the process starts.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>
        /// Where the student computes: "cpu", "cuda" or "cuda:N"; the teacher stays where it is. Default (null): the MLContext's
        /// <c>GpuDeviceId</c> if set, else CUDA where it is available, else the CPU.
        /// </summary>
        public string? Device { get; set; }

        /// <summary>
        /// In what the student's frozen backbone computes, in training and in the transformer: single precision,
        /// <see cref="ComputePrecision.BFloat16"/>, or <see cref="ComputePrecision.Auto"/>, which chooses between them at the start of
        /// <c>Fit</c> and logs the choice. What is learned stays single precision. A training goes on from a checkpoint only in the
        /// precision of that. Default: single precision. <see cref="ComputePrecision.Half"/> is refused, as gradients are lost in it. For a
        /// transformer in another one, half precision too, see <see cref="PromptKDTransformer.WithPrecision"/>.
        /// </summary>
        public ComputePrecision Precision { get; set; }

        /// <summary>What a corrupt or unreadable image gets. Default: an exception that names it.</summary>
        public InvalidImageAction OnInvalidImage { get; set; } = InvalidImageAction.Throw;

        /// <summary>The largest number of pixels that an encoded image may have. Default 178 million.</summary>
        public long MaximumPixels { get; set; } = 178_000_000;

        /// <summary>
        /// The formats that an encoded image may have, told by its content; one in another format counts as unreadable. Default: all. Where
        /// the files come from strangers, accept only those that you expect, such as JPEG, PNG and WebP: fewer decoders then read what a
        /// stranger wrote.
        /// </summary>
        public ImageFormats ImageFormats { get; set; } = ImageFormats.All;

        /// <summary>
        /// A folder for checkpoints, made where it is missing: the same call goes on from the last one. Default (null): none are written.
        /// </summary>
        /// <remarks>
        /// As <see cref="LorealTrainer.Options.WorkspacePath"/>; the folder cannot be shared by trainings that run at the same time.
        /// </remarks>
        public string? WorkspacePath { get; set; }

        /// <summary>
        /// The least time between two checkpoints, which are then written after any step. Default (zero): one after every epoch.
        /// </summary>
        public TimeSpan CheckpointInterval { get; set; }

        /// <summary>
        /// Called after every epoch. Loss is the weighted sum, HighLevelDistillation the divergence before its weight, LowLevelDistillation
        /// the similarity-difference losses before theirs, Accuracy the share of images on which the student agrees with the teacher.
        /// Default: none.
        /// </summary>
        public Action<TrainingMetrics>? MetricsCallback { get; set; }

        /// <summary>The side of the student's images.</summary>
        internal int StudentResolution => LowResolution ?? Backbone.Config.ImageResolution;

        /// <summary>The sizes of what the student learns.</summary>
        internal PromptKDStudentSettings StudentSettings(int featureWidth) =>
            new(PromptTokens, PromptDepth ?? Math.Min(PublishedDepth, Backbone.Config.VisionLayers), featureWidth);

        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy.Regions = Regions?.Copy();
            return copy;
        }
    }
}
