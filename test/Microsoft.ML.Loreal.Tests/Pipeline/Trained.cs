namespace Microsoft.ML.Loreal.Tests;

/// <summary>A small data set, a random backbone and a briefly trained model, made once for all tests that only look at them.</summary>
[TestClass]
public sealed class Trained
{
    private static readonly TemporaryFolder _folder = new();
    private static readonly Lazy<ClipBackbone> _backbone = new(() => TinyClip.Write(_folder["backbone"]));
    private static readonly Lazy<List<Photo>> _photos = new(() => Pictures.Write(ImageFolder, 5));
    private static readonly Lazy<ITransformer> _model = new(() => Pipeline(new MLContext(1), Options()).Fit(Data(new MLContext(1))));

    // LoadImages wants the folder to be there, whichever test is first.
    public static string ImageFolder => Directory.CreateDirectory(_folder["images"]).FullName;

    internal static ClipBackbone Backbone => _backbone.Value;

    internal static List<Photo> Photos => _photos.Value;

    /// <summary>MapValueToKey, LoadImages, LOREAL, MapKeyToValue.</summary>
    internal static ITransformer Model => _model.Value;

    internal static LorealTransformer Loreal => ((IEnumerable<ITransformer>)Model).OfType<LorealTransformer>().Single();

    internal static LorealTrainer.Options Options() => new()
    {
        Backbone = Backbone,
        LowResolution = 2 * TinyClip.Patch,
        Method = PromptMethod.CoOp(4),
        Attributes = ["color", "shape"],
        HiddenWidth = 8,
        BaseStage = new TrainingStageOptions { Epochs = 2, BatchSize = 5 },
        DistillationStage = new TrainingStageOptions { Epochs = 2, BatchSize = 5 },
        ViewsPerImage = 2,
        Seed = 7,
    };

    internal static IDataView Data(MLContext ml) => ml.Data.LoadFromEnumerable(Photos);

    /// <summary>The data as the LOREAL step sees it: with the label as a key and the image loaded.</summary>
    /// <param name="ml">Where it is made.</param>
    /// <param name="rows">
    /// The data in another order. ML.NET shuffles only columns that it can keep, which pictures are not, so it must happen before they are
    /// loaded.
    /// </param>
    internal static IDataView Prepared(MLContext ml, IDataView? rows = null)
    {
        IDataView data = Data(ml);
        return ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadImages("Image", ImageFolder, "FileName")).Fit(data).Transform(rows ?? data);
    }

    internal static IEstimator<ITransformer> Pipeline(MLContext ml, LorealTrainer.Options options) =>
        ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadImages("Image", ImageFolder, "FileName"))
            .Append(ml.MulticlassClassification.Trainers.Loreal(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    [AssemblyCleanup]
    public static void Clean()
    {
        PromptKD.Taught.Clean();
        if (_model.IsValueCreated)
        {
            (_model.Value as IDisposable)?.Dispose();
        }

        _folder.Dispose();
    }
}
