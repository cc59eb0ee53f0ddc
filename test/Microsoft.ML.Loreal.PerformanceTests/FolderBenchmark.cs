using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Transform over a folder of JPEG files, against the model alone on tensors in memory.</summary>
internal static class FolderBenchmark
{
    private const int Batch = 32;

    public static void Run()
    {
        using var folder = new TemporaryFolder();
        List<JpegFolder.Photo> photos = JpegFolder.Write(folder.Path, 2000, 10);
        var table = new Comparison("Transform over JPEG files of 300 x 200 (a batch of 32 images), 10 classes", "Transform", "in memory");
        Measure(BenchmarkModel.Default, ClipBackbone.Default, photos, runs: 3);
        using var weights = new TemporaryFolder();
        Measure(BenchmarkModel.VitB16, BenchmarkModel.VitB16.Write(weights.Path), photos, runs: 1);

        void Measure(BenchmarkModel size, ClipBackbone backbone, List<JpegFolder.Photo> all, int runs)
        {
            foreach (bool attributes in new[] { false, true })
            {
                // At ViT-B/16 sizes all files would take half an hour.
                List<JpegFolder.Photo> some = size == BenchmarkModel.Default ? all : all[..(attributes ? 128 : 320)];
                double share = (double)Batch / some.Count;
                var ml = new MLContext(1);
                IDataView data = ml.Data.LoadFromEnumerable(some);
                using LorealTransformer model = Fit(ml, backbone, size, data, attributes);
                IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
                Timing transform = Timing.Within(1e9, runs, () => Read(model.Transform(keyed), some.Count)).Times(share);
                string kind = attributes ? "LOREAL" : "hand-written prompts";
                using torch.Tensor pixels = BenchmarkModel.Pixels(Batch, size.LowResolution);
                if (!attributes)
                {
                    using ClipModel clip = backbone.CreateModel(BenchmarkDevice.Current);
                    table.Add($"{size.Name}, {kind}, {some.Count} files, against the image tower alone", transform, Timing.Of(7, () =>
                    {
                        using IDisposable inference = torch.inference_mode();
                        using torch.Tensor features = clip.EncodeImage(pixels);
                    }));
                }
                else
                {
                    float[] scores = new float[Batch * model.ClassNames.Count];
                    table.Add(
                        $"{size.Name}, {kind}, {some.Count} files, against the model's scoring alone",
                        transform,
                        Timing.Of(7, () => model.Scorer.Model.Score(pixels, scores)));
                }
            }
        }
    }

    public static LorealTransformer Fit(MLContext ml, ClipBackbone backbone, BenchmarkModel size, IDataView data, bool attributes)
    {
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(Options(backbone, size, attributes));
        return trainer.Fit(ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data));
    }

    /// <summary>Saves a model of the default backbone, made without training, and gives the path of its zip.</summary>
    public static string Save(string folder, List<JpegFolder.Photo> photos)
    {
        string zip = Path.Combine(folder, "model.zip");
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(photos);
        using LorealTransformer model = Fit(ml, ClipBackbone.Default, BenchmarkModel.Default, data, attributes: true);
        ml.Model.Save(model, data.Schema, zip);
        return zip;
    }

    /// <summary>A model that is made without training.</summary>
    public static LorealTrainer.Options Options(ClipBackbone backbone, BenchmarkModel size, bool attributes) => new()
    {
        Backbone = backbone,
        ImageColumnName = nameof(JpegFolder.Photo.ImagePath),
        LowResolution = size.LowResolution,
        Method = attributes ? PromptMethod.CoOp() : PromptMethod.Template(),
        Attributes = !attributes ? null : size.Attributes,
        BaseStage = new TrainingStageOptions { Epochs = 0 },
        DistillationStage = new TrainingStageOptions { Epochs = 0 },
        ViewsPerImage = 0,
    };

    private static void Read(IDataView scored, int count)
    {
        DataViewSchema.Column column = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<Data.VBuffer<float>>(column);
        var value = default(Data.VBuffer<float>);
        int rows = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            rows++;
        }

        if (rows != count)
        {
            throw new InvalidOperationException($"{rows} rows came out, expected {count}.");
        }
    }
}
