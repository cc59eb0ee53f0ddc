using Microsoft.ML.Loreal.Samples;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// What an export costs in accuracy: LOREAL on CoOp trained on pictures of the drawn world as the demo trains it, exported in each way, and
/// tested on base and new classes.
/// </summary>
internal static class OnnxAccuracyBenchmark
{
    private const int Shots = 16;
    private const int TestPictures = 40;
    private const int Seed = 1;

    public static void Run(int[] resolutions)
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(Seed);
        int[] classes = [.. Enumerable.Range(0, World.Classes.Count)];
        ILookup<string, WorldPicture> drawn = classes
            .SelectMany(c => World.Pictures(c, Seed, Shots + TestPictures)
                .Select(pixels => new WorldPicture(World.Classes[c], Png(pixels))))
            .ToLookup(picture => picture.Label);
        List<WorldPicture> baseTest = Test(World.BaseClasses);
        List<WorldPicture> newTest = Test(World.NewClasses);
        IDataView train = ml.Data.LoadFromEnumerable(World.BaseClasses.SelectMany(name => drawn[name].Skip(TestPictures)));
        foreach (int phi in resolutions)
        {
            Comparison.Line("");
            Comparison.Line($"LOREAL on CoOp, {phi} px, seed {Seed}, exported: accuracy of {baseTest.Count} + {newTest.Count} pictures, %");
            Comparison.Line("");
            Comparison.Line("| | base | new | harmonic mean | predictions changed, base / new |");
            Comparison.Line("| --- | ---: | ---: | ---: | ---: |");
            using LorealTransformer model = Fit(ml, train, phi);
            using LorealTransformer forNew = model.WithClasses(World.NewClasses);
            (string[] Base, string[] New)? exact = null;
            foreach (OnnxVariant variant in OnnxVariant.Of(attributes: true, train))
            {
                (string[] Base, string[] New) found = (
                    Predictions(model, variant, folder["base.onnx"], baseTest), Predictions(forNew, variant, folder["new.onnx"], newTest));
                exact ??= found;
                (double onBase, double onNew) = (Right(found.Base, baseTest), Right(found.New, newTest));
                Comparison.Line(FormattableString.Invariant(
                    $"| {variant.Name} | {100 * onBase:0.0} | {100 * onNew:0.0} | {200 * onBase * onNew / (onBase + onNew):0.0} |")
                    + FormattableString.Invariant($" {Changed(found.Base, exact.Value.Base)} / {Changed(found.New, exact.Value.New)} |"));
            }
        }

        List<WorldPicture> Test(IEnumerable<string> names) => [.. names.SelectMany(name => drawn[name].Take(TestPictures))];
    }

    private static LorealTransformer Fit(MLContext ml, IDataView train, int phi)
    {
        IDataView keyed = ml.Transforms.Conversion.MapValueToKey(
            nameof(WorldPicture.Label), keyOrdinality: Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(train).Transform(train);
        return ml.MulticlassClassification.Trainers.Loreal(new LorealTrainer.Options
        {
            ImageColumnName = nameof(WorldPicture.Image),
            LowResolution = phi,
            Method = PromptMethod.CoOp(contextTokens: 4),
            BaseStage = PublishedSettings.CoOp.BaseStage,
            ViewsPerImage = 6,
            MinimumCropArea = 0.5f,
            MetaNetInitialization = MetaNetInitialization.Zero,
            BridgeWeight = 0,
            DistillationStage = new TrainingStageOptions
            {
                Optimizer = PromptOptimizer.Adam,
                LearningRate = 0.003,
                WeightDecay = 0,
                Epochs = 15,
            },
            Seed = Seed,
        }).Fit(keyed);
    }

    private static string[] Predictions(LorealTransformer model, OnnxVariant variant, string path, List<WorldPicture> pictures)
    {
        model.SaveAsOnnx(path, variant.Options);
        using var classifier = LorealClassifier.Load(path);
        return [.. classifier.Predict([.. pictures.Select(picture => picture.Image)]).Select(prediction => prediction.ClassName)];
    }

    private static double Right(string[] predictions, List<WorldPicture> pictures) =>
        (double)predictions.Zip(pictures).Count(pair => pair.First == pair.Second.Label) / pictures.Count;

    private static string Changed(string[] predictions, string[] exact) => FormattableString.Invariant(
        $"{100.0 * predictions.Zip(exact).Count(pair => pair.First != pair.Second) / exact.Length:0.0}");

    private static byte[] Png(byte[] pixels)
    {
        using var image = Image.LoadPixelData<Rgb24>(pixels, Painter.Side, Painter.Side);
        using var stream = new MemoryStream();
        image.SaveAsPng(stream);
        return stream.ToArray();
    }

    private sealed record WorldPicture(string Label, byte[] Image);
}
