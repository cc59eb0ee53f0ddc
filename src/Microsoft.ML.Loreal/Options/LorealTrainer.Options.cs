namespace Microsoft.ML.Loreal;

/// <summary>Trains LOREAL, or a prompt method alone, on a few labeled images per class.</summary>
public sealed partial class LorealTrainer
{
    /// <summary>
    /// The settings of <see cref="LorealTrainer"/>. Every default is the published one unless its description says otherwise.
    /// </summary>
    public sealed partial class Options : ClipTrainerOptions
    {
        /// <summary>The five generic attribute words of the published code.</summary>
        private static readonly string[] _genericAttributes = ["color", "shape", "size", "structure", "outline"];

        /// <summary>The label column: a key with text key values, as <c>MapValueToKey</c> makes it. Default "Label".</summary>
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>
        /// The side in pixels at which a method without attributes is trained. Default (null):
        /// <see cref="ClipTrainerOptions.LowResolution"/>. Set it to the backbone's standard resolution for the usual baseline "trained at
        /// 224, tested at phi". Not used when there are <see cref="Attributes"/>, where one student is trained at each of the two
        /// resolutions.
        /// </summary>
        public int? TrainResolution { get; set; }

        /// <summary>
        /// The base prompt method: CoOp, MaPLe, MMA, MMRL, independent prompts or a hand-written template. Default: CoOp with 16 context
        /// tokens at the end position. <see cref="Use"/> sets a method together with its published training.
        /// </summary>
        public PromptMethod Method { get; set; } = PromptMethod.CoOp();

        /// <summary>
        /// The attribute words A_1..A_K that survive low resolution. Default: color, shape, size, structure, outline. Null trains
        /// <see cref="Method"/> alone.
        /// </summary>
        public IReadOnlyList<string>? Attributes { get; set; } = _genericAttributes;

        /// <summary>M, the copies of its meta-net's vector before each attribute word. Default 2.</summary>
        public int TokensPerAttribute { get; set; } = 2;

        /// <summary>The hidden width of each meta-net. Default 32.</summary>
        public int HiddenWidth { get; set; } = 32;

        /// <summary>How the last layer of each meta-net starts. Default: as published.</summary>
        public MetaNetInitialization MetaNetInitialization { get; set; } = MetaNetInitialization.Default;

        /// <summary>Which student's prompts see which student's image features. Default: aligned, as in the published code.</summary>
        public ContextBridge Bridge { get; set; } = ContextBridge.Aligned;

        /// <summary>lambda1, the weight of the high-level distillation loss (HLD). Default 1.</summary>
        public float Lambda1 { get; set; } = 1f;

        /// <summary>lambda2, the weight of the low-level distillation loss (LLD). Default 2.</summary>
        public float Lambda2 { get; set; } = 2f;

        /// <summary>The weight of the bridge term (BPD) of the aligned bridge. Default 0.1.</summary>
        public float BridgeWeight { get; set; } = 0.1f;

        /// <summary>
        /// The largest share w of the low-resolution feature in what conditions the low-resolution student (aligned bridge). Default 1.
        /// </summary>
        public float MixMaximum { get; set; } = 1f;

        /// <summary>
        /// The fraction of the distillation epochs after which that share starts to grow. Default 0: it is <see cref="MixMaximum"/> from
        /// the start.
        /// </summary>
        public float MixStart { get; set; }

        /// <summary>
        /// A transformer trained earlier with the same backbone, classes, method and attributes, whose standard-resolution student is used
        /// again instead of training it (stage 1), which does not depend on <see cref="ClipTrainerOptions.LowResolution"/>. It must not be
        /// disposed before <c>Fit</c> returns. Default (null): stage 1 runs.
        /// </summary>
        public LorealTransformer? StandardStudent { get; set; }

        /// <summary>
        /// How the base method is trained (stages 1 and 2). Default (null): the method's published settings for base and new classes;
        /// <see cref="Use"/> sets others.
        /// </summary>
        public TrainingStageOptions? BaseStage { get; set; }

        /// <summary>
        /// How the meta-nets are trained (stage 3). Default: SGD 0.002, 50 epochs, batches of 32, one warm-up epoch at 1e-5, cosine.
        /// </summary>
        public TrainingStageOptions DistillationStage { get; set; } = new();

        /// <summary>
        /// Images that are classified after every epoch and not trained on: a data view with the same label and image columns, whose
        /// classes are those of the training data, in any order. In stage 1 of three they are seen at the standard resolution, otherwise at
        /// <see cref="ClipTrainerOptions.LowResolution"/>. Default (null): none.
        /// </summary>
        public IDataView? ValidationSet { get; set; }

        /// <summary>
        /// The share of the training images of every class, in (0, 1), that is set aside for validation instead of giving a
        /// <see cref="ValidationSet"/>; each class keeps at least one to train on. The choice depends on the seed. Default (null): none.
        /// </summary>
        public float? ValidationFraction { get; set; }

        /// <summary>
        /// When a stage ends before its last epoch, with the weights of its best one. Needs validation images. Default (null): all epochs
        /// are trained.
        /// </summary>
        public EarlyStoppingOptions? EarlyStopping { get; set; }

        /// <summary>
        /// Whether the transformer decodes large JPEG files straight to a reduced size, see
        /// <see cref="ClipClassifierTransformer.ReducedScaleDecoding"/>. Training decodes whole pictures, as it cuts small parts out of
        /// them. Default false.
        /// </summary>
        public bool ReducedScaleDecoding { get; set; }

        /// <summary>
        /// Takes over a base method and its training as published: sets <see cref="Method"/>, <see cref="BaseStage"/> and
        /// <see cref="ClipTrainerOptions.MinimumCropArea"/>.
        /// </summary>
        /// <param name="published">The settings.</param>
        /// <returns>These options.</returns>
        public Options Use(PublishedSettings published)
        {
            ArgumentNullException.ThrowIfNull(published);
            Method = published.Method;
            BaseStage = published.BaseStage;
            MinimumCropArea = published.MinimumCropArea;
            return this;
        }
    }
}
