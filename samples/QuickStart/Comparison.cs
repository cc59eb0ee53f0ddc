using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>Trains the rows of the table through ML.NET and tests each on the base and on the new classes.</summary>
internal sealed class Comparison(MLContext ml, BaseToNewSplit split, ClipBackbone backbone, BaseMethod method, DemoSettings settings)
{
    private readonly IDataView _train = ml.Data.LoadFromEnumerable(split.Train);
    private readonly IDataView _baseTest = ml.Data.LoadFromEnumerable(split.BaseTest);
    private readonly IDataView _newTest = ml.Data.LoadFromEnumerable(split.NewTest);

    // Stage 1 does not depend on phi: its student is trained once and handed on.
    private LorealTransformer? _standardStudent;

    /// <summary>The rows of the table, in its order.</summary>
    public IReadOnlyList<TableRow> Rows =>
    [
        new("zero-shot", phi => Alone(phi, PromptMethod.Template("a photo of a {}."), null), 0),
        new(
            $"{method.Name} trained at {backbone.Config.ImageResolution} px",
            phi => Alone(phi, method.Method, backbone.Config.ImageResolution),
            method.Stage.Epochs),
        new($"{method.Name} trained at phi", phi => Alone(phi, method.Method, null), method.Stage.Epochs),
        new($"{method.Name} + LOREAL", WithAttributes, (2 * method.Stage.Epochs) + (settings.Published ? 50 : 15)),
    ];

    /// <summary>Trains one row at one resolution.</summary>
    public TransformerChain<KeyToValueMappingTransformer> Fit(TableRow row, int phi, Action onEpoch)
    {
        LorealTrainer.Options options = row.Options(phi);
        options.MetricsCallback = _ => onEpoch();
        TransformerChain<KeyToValueMappingTransformer> model = ml.Transforms.Conversion.MapValueToKey(
            "Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.MulticlassClassification.Trainers.Loreal(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(_train);
        if (options.Attributes is not null)
        {
            _standardStudent ??= Trained(model);
        }

        return model;
    }

    /// <summary>The accuracy on base and on new classes.</summary>
    public Accuracy Test(TransformerChain<KeyToValueMappingTransformer> model)
    {
        double onBase = ml.MulticlassClassification.Evaluate(model.Transform(_baseTest)).MicroAccuracy;

        // New classes are only names: the prompts that were learned on the base classes are put in front of them.
        ValueToKeyMappingTransformer keys = ml.Transforms.Conversion
            .MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(_newTest);
        using LorealTransformer forNewClasses = Trained(model).WithClasses(split.NewClasses);
        double onNew = ml.MulticlassClassification.Evaluate(forNewClasses.Transform(keys.Transform(_newTest))).MicroAccuracy;
        return new Accuracy(onBase, onNew);
    }

    private static LorealTransformer Trained(IEnumerable<ITransformer> chain) => chain.OfType<LorealTransformer>().Single();

    private LorealTrainer.Options Alone(int phi, PromptMethod prompts, int? trainResolution)
    {
        LorealTrainer.Options options = Common(phi, prompts);
        options.Attributes = null;
        options.TrainResolution = trainResolution;
        return options;
    }

    // The published optimizer (SGD 0.002, 50 epochs) is meant for a CLIP of 150 million parameters; on the small one that comes with
    // the package meta-nets that start at zero need 15 epochs with Adam. docs/default-backbone.md shows both.
    private LorealTrainer.Options WithAttributes(int phi)
    {
        LorealTrainer.Options options = Common(phi, method.Method);
        options.StandardStudent = _standardStudent;
        if (!settings.Published)
        {
            options.MetaNetInitialization = MetaNetInitialization.Zero;
            options.BridgeWeight = 0;
            options.DistillationStage = new TrainingStageOptions
            {
                Optimizer = PromptOptimizer.Adam,
                LearningRate = 0.003,
                WeightDecay = 0,
                Epochs = 15,
            };
        }

        return options;
    }

    private LorealTrainer.Options Common(int phi, PromptMethod prompts) => new()
    {
        ImageColumnName = nameof(LabeledImage.ImagePath),
        Backbone = backbone,
        LowResolution = phi,
        Method = prompts,
        BaseStage = method.Stage,
        ViewsPerImage = 6,
        MinimumCropArea = 0.5f,
        Precision = settings.Precision,
        Seed = settings.Seed,
    };
}
