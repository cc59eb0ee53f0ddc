using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>A model that is quickly trained on drawn pictures, for a server without one.</summary>
internal sealed class DemoModel : IModelSource
{
    private const int Resolution = 72;
    private const int Shots = 8;
    private const int Samples = 12;
    private const int Seed = 1;

    public ServedModel Load(MLContext ml, CancellationToken cancellation)
    {
        var drawn = Enumerable.Range(0, World.BaseClassCount).Select(index => Draw(index, Shots + 1)).ToList();
        IEnumerable<TrainingRow> train = drawn.SelectMany(
            (files, index) => files.Take(Shots).Select(file => new TrainingRow { Image = file, Label = World.Classes[index] }));
        IDataView data = ml.Data.LoadFromEnumerable(train.ToList());
        IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        LorealTransformer model = ml.MulticlassClassification.Trainers.Loreal(Options(cancellation)).Fit(keyed);
        // The last picture of a class was not trained on; neighbors in the list of classes look alike.
        return new ServedModel(ml, model, [.. Enumerable.Range(0, Samples).Select(i => drawn[i * World.BaseClassCount / Samples][Shots])]);
    }

    // As in the quick start, but with fewer pictures, views and epochs.
    private static LorealTrainer.Options Options(CancellationToken cancellation) => new()
    {
        LowResolution = Resolution,
        Method = PromptMethod.CoOp(4),
        BaseStage = new TrainingStageOptions { Epochs = 15 },
        MetaNetInitialization = MetaNetInitialization.Zero,
        BridgeWeight = 0,
        DistillationStage = new TrainingStageOptions
        {
            Optimizer = PromptOptimizer.Adam,
            LearningRate = 0.003,
            WeightDecay = 0,
            Epochs = 8,
        },
        ViewsPerImage = 2,
        MinimumCropArea = 0.5f,
        MetricsCallback = _ => cancellation.ThrowIfCancellationRequested(),
        Seed = Seed,
    };

    private static List<byte[]> Draw(int classIndex, int count) => [.. World.Pictures(classIndex, Seed, count).Select(Encode)];

    private static byte[] Encode(byte[] pixels)
    {
        using var image = Image.LoadPixelData<Rgb24>(pixels, Painter.Side, Painter.Side);
        using var file = new MemoryStream();
        image.SaveAsPng(file);
        return file.ToArray();
    }
}
