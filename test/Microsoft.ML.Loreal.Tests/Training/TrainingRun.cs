using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

/// <summary>Small trainings, and what the tests look at in their models.</summary>
internal static class TrainingRun
{
    public static readonly string[] Names = ["red circle", "green_square", "star", "blue ring"];

    private static readonly ClipBackbone _backbone = TinyClip.Create();

    public static LorealTrainer.Options Options(bool attributes = true) => new()
    {
        Backbone = _backbone,
        LowResolution = 16,
        Method = PromptMethod.CoOp(4),
        Attributes = attributes ? ["color", "leaf shape"] : null,
        HiddenWidth = 8,
        BaseStage = Stage(6, 0.02),
        DistillationStage = Stage(6, 0.01),
        ViewsPerImage = 2,
        MinimumCropArea = 0.5f,
    };

    public static TrainingStageOptions Stage(int epochs, double rate) =>
        new() { Epochs = epochs, BatchSize = 8, Optimizer = PromptOptimizer.Adam, LearningRate = rate, WeightDecay = 0, WarmupEpochs = 0 };

    public static LorealModel Fit(
        LorealTrainer.Options options,
        int seed = 3,
        ILabeledImages? images = null,
        Action<TrainingMetrics>? onEpoch = null,
        CancellationToken cancel = default,
        LorealModel? standardStudent = null,
        ILabeledImages? validation = null,
        TrainingCheckpoints? checkpoints = null,
        Device? device = null)
    {
        // The validation images come beside the options, which want to know of some before they stop a training early.
        float? fraction = options.ValidationFraction;
        options.ValidationFraction = validation is null ? fraction : 0.5f;
        LorealPlan plan = options.ToPlan() with { StandardStudent = standardStudent };
        options.ValidationFraction = fraction;
        var context = new TrainingContext(seed, device ?? CPU, onEpoch, cancel, checkpoints);
        return LorealTraining.Fit(plan, context, Names, images ?? new GeneratedImages(Names.Length, 6), validation);
    }

    /// <summary>The files of a saved model.</summary>
    public static Dictionary<string, byte[]> Save(LorealModel model)
    {
        var files = new Dictionary<string, byte[]>();
        model.Save((name, write) =>
        {
            using var stream = new MemoryStream();
            write(stream);
            files[name] = stream.ToArray();
        });
        return files;
    }

    public static LorealModel Load(Dictionary<string, byte[]> files, ClipBackbone? backbone = null) =>
        LorealModel.Load(backbone ?? _backbone, CPU, name => new MemoryStream(files[name]));

    /// <summary>Pictures to score at the model's resolution: [images, 3, phi, phi].</summary>
    public static Tensor Pixels(int images, int side) => RandomTensors.Normal(new Random(9), 1, CPU, images, 3, side, side);

    public static float[] Score(LorealModel model, int images = 5)
    {
        using Tensor pixels = Pixels(images, model.Resolution);
        float[] probabilities = new float[images * model.ClassNames.Count];
        model.Score(pixels, probabilities);
        return probabilities;
    }
}
