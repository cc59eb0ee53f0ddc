using Microsoft.ML.Loreal.Checks;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Tensors;

namespace Microsoft.ML.Loreal;

/// <summary>The settings that <see cref="LorealTrainer"/> and <see cref="PromptKDTrainer"/> share.</summary>
public abstract class ClipTrainerOptions
{
    private protected ClipTrainerOptions()
    {
    }

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

    /// <summary>
    /// The output column with the image's features, of unit length, as the classifier compares them with its classes' texts: a vector of
    /// single-precision numbers, for search, clustering or another classifier. They are a by-product of the scores. Default (null): none.
    /// </summary>
    public string? FeatureColumnName { get; set; }

    /// <summary>
    /// The frozen CLIP model, of PromptKD the student's. Default: the small one that comes with the package.
    /// </summary>
    public ClipBackbone Backbone { get; set; } = ClipBackbone.Default;

    /// <summary>
    /// phi, the side in pixels at which images are scored; a multiple of the backbone's patch, at most its standard resolution. Default
    /// (null): with <see cref="LorealTrainer"/> nine patches a side, that is 144 px for ViT-B/16 and 72 px for the default backbone, or
    /// the standard resolution where that is smaller; with <see cref="PromptKDTrainer"/> the standard resolution.
    /// </summary>
    /// <remarks>PromptKD's student is trained at this side too; the teacher sees the same regions at its own resolution.</remarks>
    public int? LowResolution { get; set; }

    /// <summary>
    /// T, by which logits are divided before the softmaxes of a distillation: LOREAL's HLD, BPD and LLD, PromptKD's divergence. Default 1.
    /// </summary>
    public float Temperature { get; set; } = 1f;

    /// <summary>
    /// Random views (crop and flip) of each image that are encoded once and then reused by all epochs, with PromptKD by the teacher.
    /// Default 8. 0 encodes a new view of every image in every epoch, as the published code does.
    /// </summary>
    public int ViewsPerImage { get; set; } = 8;

    /// <summary>The smallest share of the image's area in a random crop, in (0, 1]. Default 0.08.</summary>
    public float MinimumCropArea { get; set; } = 0.08f;

    /// <summary>
    /// The seed of everything random in <c>Fit</c>. Default (null): drawn from the <see cref="MLContext"/>'s seed, or, where
    /// <see cref="WorkspacePath"/> has a checkpoint, the seed of that. Two fits with one seed give equal weights on a CPU; with MKL,
    /// which TorchSharp's own libtorch computes with, to the last bit only where the environment variable MKL_CBWR is AUTO,STRICT
    /// before the process starts.
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>
    /// Where to compute: "cpu", "cuda" or "cuda:N"; PromptKD's teacher stays where it is. Default (null): the MLContext's
    /// <c>GpuDeviceId</c> if set, else CUDA where it is available, else the CPU.
    /// </summary>
    public string? Device { get; set; }

    /// <summary>
    /// In what the frozen backbone computes, in training and in the transformer: single precision,
    /// <see cref="ComputePrecision.BFloat16"/>, or <see cref="ComputePrecision.Auto"/>, which chooses between them at the start of
    /// <c>Fit</c> and logs the choice. What is learned stays single precision. A training goes on from a checkpoint only in the
    /// precision of that. Default: single precision. <see cref="ComputePrecision.Half"/> is refused, as gradients are lost in it. For a
    /// transformer in another one, half precision too, see its <c>WithPrecision</c>.
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
    /// A folder for checkpoints, and for LOREAL's encoded views where there is no <see cref="FeatureCachePath"/>; made where it is missing.
    /// Default (null): nothing is written.
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
    /// A folder in which encoded views are kept for other trainings, made where it is missing. Default (null): those of a LOREAL training
    /// with a <see cref="WorkspacePath"/> are kept there until it is complete, so that it goes on without encoding them again; otherwise a
    /// file is only written, among the system's temporary files, where <see cref="FeatureCacheMegabytes"/> asks for one, and is gone
    /// after <c>Fit</c>.
    /// </summary>
    /// <remarks>
    /// <para>A training uses the file of a resolution again if it has the same images in the same order, the same backbone, method, seed,
    /// <see cref="ViewsPerImage"/> and <see cref="MinimumCropArea"/>, on the same kind of device: so trainings for several
    /// <see cref="LowResolution"/>s encode the views at the standard resolution once. A file that is damaged or incomplete is written
    /// anew. With <see cref="ViewsPerImage"/> 0 nothing is kept. Delete the folder when it is no longer needed.</para>
    /// <para>With PromptKD the views are the teacher's, for trainings with the same teacher and classes. They take 4 J' bytes a view, of
    /// J' numbers in a feature of the teacher, and give the exact answers of all classes; <see cref="PromptKDTrainer.Options.Regions"/>
    /// takes less and gives the most probable ones.</para>
    /// </remarks>
    public string? FeatureCachePath { get; set; }

    /// <summary>
    /// The least time between two checkpoints, which are then written after any step. Default (zero): one after every epoch. A stage
    /// that ends always writes one.
    /// </summary>
    public TimeSpan CheckpointInterval { get; set; }

    /// <summary>
    /// Ends <c>Fit</c> within a step, whether it reads images, encodes, trains or validates, with an
    /// <see cref="OperationCanceledException"/>. What is in <see cref="WorkspacePath"/> is kept, and the same call goes on from there.
    /// Default: never.
    /// </summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>
    /// Called after every epoch with its stage, losses, accuracy and the time left. The losses have names, see
    /// <see cref="TrainingLosses"/>. Default: none.
    /// </summary>
    public Action<TrainingMetrics>? MetricsCallback { get; set; }

    /// <summary>What a transformer keeps of the options.</summary>
    private protected ScoringSettings ScoringSettings(bool reducedScaleDecoding) => new(
        ImageColumnName, PredictedLabelColumnName, ScoreColumnName, OnInvalidImage, MaximumPixels, reducedScaleDecoding, ImageFormats,
        FeatureColumnName);

    /// <summary>The bytes of <see cref="FeatureCacheMegabytes"/>.</summary>
    private protected long FeatureCacheBytes => FeatureCacheMegabytes * (1L << 20);

    /// <summary>Checks the shared options.</summary>
    /// <exception cref="ArgumentException">One cannot be used; the message names it, what was found and what is expected.</exception>
    private protected void CheckShared()
    {
        ScoringSettings(reducedScaleDecoding: false).Check();
        ArgumentNullException.ThrowIfNull(Backbone);
        DeviceSelection.CheckName(Device);
        CheckPrecision();
        OptionChecks.Check(Temperature > 0 && float.IsFinite(Temperature), nameof(Temperature), Temperature, "a finite number above 0");
        OptionChecks.AtLeast(ViewsPerImage, 0, nameof(ViewsPerImage));
        OptionChecks.Check(MinimumCropArea is > 0 and <= 1, nameof(MinimumCropArea), MinimumCropArea, "in (0, 1]");
        OptionChecks.AtLeast(FeatureCacheMegabytes, 0, nameof(FeatureCacheMegabytes));
        OptionChecks.Folder(FeatureCachePath, nameof(FeatureCachePath));
        OptionChecks.Folder(WorkspacePath, nameof(WorkspacePath));
        OptionChecks.Check(CheckpointInterval >= TimeSpan.Zero, nameof(CheckpointInterval), CheckpointInterval, "zero or more");
    }

    private void CheckPrecision()
    {
        OptionChecks.Defined(Precision, nameof(Precision));
        OptionChecks.Check(
            Precision != ComputePrecision.Half,
            nameof(Precision),
            Precision,
            $"{ComputePrecision.Single}, {ComputePrecision.BFloat16} or {ComputePrecision.Auto}, "
            + $"as gradients are lost below the range of {Precision}; "
            + $"train in one of these and score with WithPrecision({nameof(ComputePrecision)}.{Precision})");
    }
}
