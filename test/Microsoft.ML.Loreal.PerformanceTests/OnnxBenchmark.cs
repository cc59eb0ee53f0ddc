using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// Scoring pixels in memory with an exported file, against the transformer that it was exported from, in one process by turns.
/// </summary>
internal static class OnnxBenchmark
{
    private const int Runs = 7;

    public static void Run(IReadOnlyList<BenchmarkModel> sizes)
    {
        foreach (BenchmarkModel size in sizes)
        {
            using var folder = new TemporaryFolder();
            ClipBackbone backbone = size.Backbone(folder["backbone"]);
            List<JpegFolder.Photo> photos = JpegFolder.Write(Directory.CreateDirectory(folder["pictures"]).FullName, 8, 2);
            IDataView pictures = new MLContext(1).Data.LoadFromEnumerable(photos);
            var table = new Comparison(
                $"{size.Name}, scoring at {size.LowResolution} px; libtorch in single precision", "ONNX Runtime", "libtorch");
            var notes = new List<string>();
            foreach ((string name, PromptMethod method, IReadOnlyList<string>? attributes) in new[]
            {
                ("constant text (CoOp)", PromptMethod.CoOp(4), null), ("LOREAL on CoOp", PromptMethod.CoOp(4), size.Attributes),
            })
            {
                foreach (int classes in new[] { 10, 100 })
                {
                    using LorealTransformer model = Fit(backbone, size, photos, classes, method, attributes);
                    foreach (OnnxVariant variant in OnnxVariant.Of(attributes is not null, pictures))
                    {
                        string path = folder["model.onnx"];
                        model.SaveAsOnnx(path, variant.Options);
                        using InferenceSession session = Session(path);
                        string row = $"{name}, {variant.Name}";
                        foreach (int images in new[] { 1, 8 })
                        {
                            string difference = Compare(table, $"{row}, N={images}, C={classes}", model, session, images);
                            notes.Add($"{row}, N={images}, C={classes}: largest difference of a probability {difference}");
                        }

                        double megabytes = new FileInfo(path).Length / 1e6;
                        notes.Add(FormattableString.Invariant($"{row}, C={classes}: the file has {megabytes:0.0} MB"));
                    }
                }
            }

            notes.ForEach(Comparison.Line);
        }
    }

    public static LorealTransformer Fit(
        ClipBackbone backbone,
        BenchmarkModel size,
        List<JpegFolder.Photo> photos,
        int classes,
        PromptMethod method,
        IReadOnlyList<string>? attributes)
    {
        var ml = new MLContext(1);
        IDataView names = ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, classes).Select(c => new JpegFolder.Photo { Label = JpegFolder.ClassName(c) }).ToList());
        IDataView rows = ml.Data.LoadFromEnumerable(photos);
        IDataView data = ml.Transforms.Conversion.MapValueToKey("Label", keyData: ml.Transforms.SelectColumns("Label").Fit(names)
            .Transform(names)).Fit(rows).Transform(rows);
        var stage = new TrainingStageOptions { Epochs = 1, BatchSize = 2, WarmupEpochs = 0 };
        return ml.MulticlassClassification.Trainers.Loreal(new LorealTrainer.Options
        {
            ImageColumnName = nameof(JpegFolder.Photo.ImagePath),
            Backbone = backbone,
            LowResolution = size.LowResolution,
            Method = method,
            Attributes = attributes,
            BaseStage = stage,
            DistillationStage = stage,
            ViewsPerImage = 1,
            Seed = 1,
            Device = "cpu",
        }).Fit(data);
    }

    /// <summary>A session as a program beside libtorch wants it: no thread waits for work by spinning.</summary>
    public static InferenceSession Session(string path)
    {
        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new InferenceSession(path, options);
    }

    /// <summary>The same noise for both.</summary>
    public static (IScorerInput Libtorch, DenseTensor<byte> Onnx) Pictures(LorealTransformer model, int images)
    {
        int side = model.Resolution;
        byte[] bytes = new byte[images * side * side * 3];
        new Random(images).NextBytes(bytes);
        IScorerInput input = model.Scorer.CreateInput(images);
        foreach ((int image, byte[] picture) in bytes.Chunk(side * side * 3).Index())
        {
            using var cut = new RgbImage(side, side, picture);
            input.Fill(image, cut);
        }

        return (input, new DenseTensor<byte>(bytes, [images, side, side, 3]));
    }

    private static string Compare(Comparison table, string name, LorealTransformer model, InferenceSession session, int images)
    {
        float[] expected = new float[images * model.ClassNames.Count];
        float[] scores = [];
        (IScorerInput input, DenseTensor<byte> tensor) = Pictures(model, images);
        using IScorerInput disposed = input;
        NamedOnnxValue[] pixels = [NamedOnnxValue.CreateFromTensor("pixels", tensor)];
        (Timing onnx, Timing libtorch) = Timing.ByTurns(
            Runs,
            () =>
            {
                using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run(pixels, ["scores"]);
                scores = [.. results[0].AsEnumerable<float>()];
            },
            () => input.Score(images, expected));
        table.Add(name, onnx, libtorch);
        return expected.Zip(scores).Max(pair => Math.Abs(pair.First - pair.Second)).ToString("0.0e+0", CultureInfo.InvariantCulture);
    }
}
