namespace Microsoft.ML.Loreal;

/// <content>The settings.</content>
public sealed partial class PromptKDTrainer
{
    /// <summary>
    /// The settings of <see cref="PromptKDTrainer"/>. Every default is the published one unless its description says otherwise.
    /// </summary>
    public sealed partial class Options : ClipTrainerOptions
    {
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

        /// <summary>The learned tokens of each block of the student's image tower, at least 1. Default 4.</summary>
        public int PromptTokens { get; set; } = 4;

        /// <summary>
        /// The blocks of the student's image tower that have learned tokens of their own, from the first on. Default (null): 9 (published;
        /// 3 for transfer to other data sets), or all where there are fewer.
        /// </summary>
        public int? PromptDepth { get; set; }

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
        /// least two images, as the projector normalizes over it.
        /// </summary>
        public TrainingStageOptions Stage { get; set; } = new() { Epochs = 20, BatchSize = 8, LearningRate = 0.005 };

        /// <summary>
        /// Keeps the teacher's answers about <see cref="ClipTrainerOptions.ViewsPerImage"/> regions of each image in a file that trainings
        /// share (FDBPL), only the most probable classes of each. Default (null): the exact answers are made anew in every <c>Fit</c>.
        /// </summary>
        public RegionTableOptions? Regions { get; set; }
    }
}
