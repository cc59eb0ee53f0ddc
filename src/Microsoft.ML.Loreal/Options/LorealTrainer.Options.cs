namespace Microsoft.ML.Loreal;

/// <summary>Trains LOREAL, or a prompt method alone, on a few labelled images per class.</summary>
public sealed partial class LorealTrainer
{
    /// <summary>
    /// The settings of <see cref="LorealTrainer"/>. Every default is the published one unless its description says otherwise.
    /// </summary>
    public sealed class Options
    {
        /// <summary>The five generic attribute words of the published code.</summary>
        private static readonly string[] _genericAttributes = ["color", "shape", "size", "structure", "outline"];

        /// <summary>The label column: a key with text key values, as <c>MapValueToKey</c> makes it. Default "Label".</summary>
        public string LabelColumnName { get; set; } = "Label";

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

        /// <summary>The frozen CLIP model. Default: the small one that comes with the package.</summary>
        public ClipBackbone Backbone { get; set; } = ClipBackbone.Default;

        /// <summary>
        /// phi, the side in pixels at which images are scored; a multiple of the backbone's patch, at most its standard resolution. Default
        /// (null): nine patches a side, that is 144 px for ViT-B/16 and 72 px for the default backbone, or the standard resolution where
        /// that is smaller.
        /// </summary>
        public int? LowResolution { get; set; }

        /// <summary>
        /// The side in pixels at which a method without attributes is trained. Default (null): <see cref="LowResolution"/>. Set it to the
        /// backbone's standard resolution for the usual baseline "trained at 224, tested at phi". Not used when there are
        /// <see cref="Attributes"/>, where one student is trained at each of the two resolutions.
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

        /// <summary>T, the temperature of HLD, BPD and LLD. Default 1.</summary>
        public float Temperature { get; set; } = 1f;

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
        /// again instead of training it (stage 1), which does not depend on <see cref="LowResolution"/>. It must not be disposed before
        /// <c>Fit</c> returns. Default (null): stage 1 runs.
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
        /// Random views (crop and flip) of each image whose features are encoded once and then reused by all epochs. Default 8.
        /// 0 encodes a new view of every image in every epoch, as the published code does.
        /// </summary>
        public int ViewsPerImage { get; set; } = 8;

        /// <summary>The smallest share of the image's area in a random crop, in (0, 1]. Default 0.08.</summary>
        public float MinimumCropArea { get; set; } = 0.08f;

        /// <summary>
        /// Images that are classified after every epoch and not trained on: a data view with the same label and image columns, whose
        /// classes are those of the training data, in any order. In stage 1 of three they are seen at the standard resolution, otherwise at
        /// <see cref="LowResolution"/>. Default (null): none.
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
        /// The seed of everything random in <c>Fit</c>. Default (null): drawn from the <see cref="MLContext"/>'s seed, or, where
        /// <see cref="WorkspacePath"/> has a checkpoint, the seed of that. Two fits with one seed give equal weights on a CPU; with MKL,
        /// which TorchSharp's own libtorch computes with, to the last bit only where the environment variable MKL_CBWR is AUTO,STRICT
        /// before the process starts.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>
        /// Where to compute: "cpu", "cuda" or "cuda:N". Default (null): the MLContext's <c>GpuDeviceId</c> if set, else CUDA where it is
        /// available, else the CPU.
        /// </summary>
        public string? Device { get; set; }

        /// <summary>
        /// In what the frozen backbone computes, in training and in the transformer: single precision,
        /// <see cref="ComputePrecision.BFloat16"/>, or <see cref="ComputePrecision.Auto"/>, which chooses between them at the start of
        /// <c>Fit</c> and logs the choice. What is learned stays single precision. A training goes on from a checkpoint only in the
        /// precision of that. Default: single precision. <see cref="ComputePrecision.Half"/> is refused, as gradients are lost in it. For a
        /// transformer in another one, half precision too, see <see cref="LorealTransformer.WithPrecision"/>.
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
        /// Whether the transformer decodes large JPEG files straight to a reduced size, see
        /// <see cref="ClipClassifierTransformer.ReducedScaleDecoding"/>. Training decodes whole pictures, as it cuts small parts out of
        /// them. Default false.
        /// </summary>
        public bool ReducedScaleDecoding { get; set; }

        /// <summary>
        /// A folder for checkpoints and for the feature cache when it does not fit in memory; made where it is missing. Default (null):
        /// nothing is written.
        /// </summary>
        /// <remarks>
        /// <para>When <c>Fit</c> was cut off, by an error, a cancellation or the end of the process, the same call (the same settings,
        /// data, seed and folder) goes on from the last checkpoint, and on a CPU ends with exactly the weights of a call that was not cut
        /// off (with MKL as <see cref="Seed"/> tells). When it was complete, the same call gives the same model again at once.</para>
        /// <para>A checkpoint of other settings or data is refused with the differences; nothing is overwritten. One training at a time can
        /// use a folder, so cross-validation, which trains on several parts of the data, cannot.</para>
        /// </remarks>
        public string? WorkspacePath { get; set; }

        /// <summary>
        /// The memory in MB (2^20 bytes) that the encoded views of one resolution may take. Default 1,024, enough for 65,536 images with 8
        /// views at ViT-B/16; methods that change the image tower cache the tokens that enter it, which take up to 600 kB a view. More than
        /// that is kept in a memory-mapped file, of which the system holds in memory what there is room for. The numbers are the same
        /// either way.
        /// </summary>
        public int FeatureCacheMegabytes { get; set; } = 1024;

        /// <summary>
        /// A folder in which encoded views are kept for other trainings, made where it is missing. Default (null): those of a training with
        /// a <see cref="WorkspacePath"/> are kept there until it is complete, so that it goes on without encoding them again; otherwise a
        /// file is only written, among the system's temporary files, where <see cref="FeatureCacheMegabytes"/> asks for one, and is gone
        /// after <c>Fit</c>.
        /// </summary>
        /// <remarks>
        /// A training uses the file of a resolution again if it has the same images in the same order, the same backbone, method, seed,
        /// <see cref="ViewsPerImage"/> and <see cref="MinimumCropArea"/>, on the same kind of device: so trainings for several
        /// <see cref="LowResolution"/>s encode the views at the standard resolution once. A file that is damaged or incomplete is written
        /// anew. With <see cref="ViewsPerImage"/> 0 nothing is kept. Delete the folder when it is no longer needed.
        /// </remarks>
        public string? FeatureCachePath { get; set; }

        /// <summary>
        /// The least time between two checkpoints, which are then written after any step. Default (zero): one after every epoch. A stage
        /// that ends always writes one.
        /// </summary>
        public TimeSpan CheckpointInterval { get; set; }

        /// <summary>Called after every epoch with its stage, losses, accuracy and the time left. Default: none.</summary>
        public Action<TrainingMetrics>? MetricsCallback { get; set; }

        /// <summary>
        /// Takes over a base method and its training as published: sets <see cref="Method"/>, <see cref="BaseStage"/> and
        /// <see cref="MinimumCropArea"/>.
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

        internal Options Copy() => (Options)MemberwiseClone();
    }
}
