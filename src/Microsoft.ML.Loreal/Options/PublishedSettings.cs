namespace Microsoft.ML.Loreal;

/// <summary>
/// The settings with which a base method was published, all for a ViT-B/16 and 16 pictures a class. <c>new
/// LorealTrainer.Options().Use(PublishedSettings.MaPLe)</c> takes them over for stages 1 and 2; LOREAL's own, for stage 3, are the defaults
/// of <see cref="LorealTrainer.Options"/>.
/// </summary>
public sealed class PublishedSettings
{
    private const float AnyCrop = 0.08f;
    private const float LargeCrop = 0.5f;

    private PublishedSettings(PromptMethod method, float minimumCropArea = AnyCrop)
    {
        Method = method;
        BaseStage = new TrainingStageOptions(method.PublishedStage);
        MinimumCropArea = minimumCropArea;
    }

    /// <summary>
    /// CoOp (configuration vit_b16_ep50, also LOREAL's): 16 context tokens, SGD 0.002, 50 epochs in batches of 32. Others of its
    /// configurations train 100 and 200 epochs.
    /// </summary>
    public static PublishedSettings CoOp => new(PromptMethod.CoOp());

    /// <summary>MaPLe for base and new classes of one data set: 2 context tokens, depth 9, SGD 0.0035, 5 epochs in batches of 4.</summary>
    public static PublishedSettings MaPLe => new(PromptMethod.MaPLe());

    /// <summary>MaPLe trained on one data set and tested on others: depth 3, SGD 0.0026, 2 epochs in batches of 4.</summary>
    public static PublishedSettings MaPLeCrossDataset =>
        new(PromptMethod.MaPLe(depth: 3)) { BaseStage = { LearningRate = 0.0026, Epochs = 2 } };

    /// <summary>MaPLe as the authors of LOREAL train it: SGD 0.005, 20 epochs in batches of 32.</summary>
    public static PublishedSettings MaPLeForLoreal =>
        new(PromptMethod.MaPLe()) { BaseStage = { LearningRate = 0.005, Epochs = 20, BatchSize = 32 } };

    /// <summary>
    /// MMRL trained on ImageNet and tested on other data sets: lambda 0.2, AdamW 0.001, one epoch in batches of 32 without warm-up, crops
    /// of at least half of the picture.
    /// </summary>
    public static PublishedSettings MmrlCrossDataset =>
        new(PromptMethod.Mmrl(regularization: 0.2f), LargeCrop) { BaseStage = { Epochs = 1, BatchSize = 32, WarmupEpochs = 0 } };

    /// <summary>The method, with its settings.</summary>
    public PromptMethod Method { get; }

    /// <summary>How it is trained. Changes to it concern only this instance.</summary>
    public TrainingStageOptions BaseStage { get; }

    /// <summary>The smallest share of a picture's area in a random crop.</summary>
    public float MinimumCropArea { get; }

    /// <summary>
    /// MMA: adapters of width 32 beside layers 5 to 12, SGD 0.0015, 5 epochs without warm-up, in batches of 16, of 128 for ImageNet.
    /// </summary>
    /// <param name="dataSet">The data set. Default (null): another one.</param>
    public static PublishedSettings Mma(PublishedDataSet? dataSet = null) =>
        new(PromptMethod.Mma()) { BaseStage = { BatchSize = dataSet == PublishedDataSet.ImageNet ? 128 : 16 } };

    /// <summary>
    /// MMRL for base and new classes of one data set: AdamW 0.001, 10 epochs in batches of 4 (ImageNet: 5 in batches of 32), crops of at
    /// least half of the picture; lambda, template and, for EuroSAT, the width of the shared space as published for the data set.
    /// </summary>
    /// <param name="dataSet">
    /// The data set. Default (null): another one, with the template "a photo of a {}." and lambda 0.5, which the publication varies most
    /// between data sets.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dataSet"/> is not defined.</exception>
    public static PublishedSettings Mmrl(PublishedDataSet? dataSet = null)
    {
        var settings = new PublishedSettings(MmrlMethod(dataSet), LargeCrop);
        if (dataSet == PublishedDataSet.ImageNet)
        {
            (settings.BaseStage.Epochs, settings.BaseStage.BatchSize) = (5, 32);
        }

        return settings;
    }

    /// <summary>
    /// MMRL trained and tested on all classes of a data set: as <see cref="Mmrl"/>, 50 epochs in batches of 32 (ImageNet: 5).
    /// </summary>
    /// <param name="dataSet">As in <see cref="Mmrl"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dataSet"/> is not defined.</exception>
    public static PublishedSettings MmrlFewShot(PublishedDataSet? dataSet = null) =>
        new(MmrlMethod(dataSet), LargeCrop) { BaseStage = { Epochs = dataSet == PublishedDataSet.ImageNet ? 5 : 50, BatchSize = 32 } };

    /// <summary>MMRL as the authors of LOREAL train it: as <see cref="Mmrl"/>, 5 epochs.</summary>
    /// <param name="dataSet">As in <see cref="Mmrl"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dataSet"/> is not defined.</exception>
    public static PublishedSettings MmrlForLoreal(PublishedDataSet? dataSet = null)
    {
        PublishedSettings settings = Mmrl(dataSet);
        settings.BaseStage.Epochs = 5;
        return settings;
    }

    private static PromptMethod MmrlMethod(PublishedDataSet? dataSet)
    {
        (float regularization, string template) = dataSet switch
        {
            null or PublishedDataSet.ImageNet or PublishedDataSet.Caltech101 => (0.5f, "a photo of a {}."),
            PublishedDataSet.OxfordPets => (0.2f, "a photo of a {}, a type of pet."),
            PublishedDataSet.StanfordCars => (7f, "a photo of a {}."),
            PublishedDataSet.Flowers102 => (4f, "a photo of a {}, a type of flower."),
            PublishedDataSet.Food101 => (5f, "a photo of {}, a type of food."),
            PublishedDataSet.FgvcAircraft => (6f, "a photo of a {}, a type of aircraft."),
            PublishedDataSet.Sun397 => (6f, "a photo of a {}."),
            PublishedDataSet.Dtd => (6f, "{} texture."),
            PublishedDataSet.EuroSat => (0.01f, "a centered satellite photo of {}."),
            PublishedDataSet.Ucf101 => (3f, "a photo of a person doing {}."),
            _ => throw new ArgumentOutOfRangeException(nameof(dataSet), dataSet, "Expected one of the named data sets, or null."),
        };
        int width = dataSet == PublishedDataSet.EuroSat ? 2048 : 512;
        return PromptMethod.Mmrl(representationWidth: width, regularization: regularization, template: template);
    }
}
