using Microsoft.ML.Loreal.Tests.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>A briefly trained model whose archive is small enough to be damaged a thousand times.</summary>
internal static class SmallModel
{
    private static readonly Lazy<LorealModel> _model = new(() => Train(PromptMethod.CoOp(4)));

    private static readonly Lazy<byte[]> _archive = new(Archive);

    public static LorealModel Model => _model.Value;

    /// <summary>The zip that Model.Save writes of a transformer with this model alone.</summary>
    public static byte[] Zip => _archive.Value;

    public static LorealModel Train(PromptMethod method)
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes: method.Learns);
        options.Method = method;
        options.BaseStage!.Epochs = options.DistillationStage.Epochs = 1;
        return TrainingRun.Fit(options);
    }

    private static byte[] Archive()
    {
        var ml = new MLContext(1);
        var settings = new ScoringSettings("Image", "PredictedLabel", "Score", InvalidImageAction.Throw, 1_000_000);
        var transformer = new LorealTransformer((IHostEnvironment)ml, Model, settings);
        using var zip = new MemoryStream();
        IDataView data = ml.Data.LoadFromEnumerable(new List<EncodedPhoto>());
        ml.Model.Save(transformer, data.Schema, zip);
        return zip.ToArray();
    }
}
