using System.Text.Json;
using Microsoft.ML.Loreal.Tests.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

/// <summary>All three stages on the picture pool and the model of the reference numbers, with CLIP's own tokenizer.</summary>
[TestClass]
[TestCategory(Fixtures.Category)]
public sealed class PoolTrainingTests
{
    [TestMethod]
    public void LossFalls()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pool = Fixtures.Tensors("methods/pool_a.safetensors")["hr"];
        int[] labels = Fixtures.Json("methods/pool_a.json").GetProperty("labels").Deserialize<int[]>()!;
        string[] names = Fixtures.Json("methods/pool_a.json").GetProperty("classnames").Deserialize<string[]>()!;
        var used = labels.Distinct().Order().ToList();
        ClipBackbone backbone = Backbone();
        var options = new LorealTrainer.Options
        {
            Backbone = backbone,
            LowResolution = backbone.Config.ImageResolution - backbone.Config.PatchSize,
            Method = PromptMethod.CoOp(4),
            BaseStage = TrainingRun.Stage(4, 0.01),
            DistillationStage = TrainingRun.Stage(4, 0.003),
            ViewsPerImage = 2,
        };
        var metrics = new List<TrainingMetrics>();
        using LorealModel model = LorealTraining.Fit(
            options.ToPlan(),
            new TrainingContext(1, CPU, metrics.Add),
            [.. used.Select(c => names[c])],
            new PoolImages(pool, [.. labels.Select(c => used.IndexOf(c))]));
        foreach (IGrouping<int, TrainingMetrics> stage in metrics.GroupBy(m => m.Stage))
        {
            Assert.IsLessThan(stage.First().Loss, stage.Last().Loss, $"stage {stage.Key}");
        }

        Assert.AreEqual(3, metrics[^1].Stage);
    }

    private static ClipBackbone Backbone()
    {
        string vocabulary = ReferenceTokenizer.VocabularyFile();
        using DisposeScope scope = NewDisposeScope();
        using var weights = new MemoryStream();
        SafetensorsWriter.Write(weights, Fixtures.StateDict("a").Select(t => (t.Key, t.Value)));
        var files = new MemoryBackboneFiles("the reference model", new Dictionary<string, byte[]>
        {
            ["model.safetensors"] = weights.ToArray(),
            ["bpe_simple_vocab_16e6.txt.gz"] = File.ReadAllBytes(vocabulary),
        });
        return ClipBackbone.FromFiles(files, ClipActivation.QuickGelu);
    }

    /// <summary>The pool's normalized tensors back as pictures.</summary>
    private sealed class PoolImages : ILabeledImages
    {
        private readonly RgbImage[] _images;

        public PoolImages(Tensor pool, int[] labels)
        {
            Labels = labels;
            (int height, int width) = ((int)pool.shape[2], (int)pool.shape[3]);
            using DisposeScope scope = NewDisposeScope();
            Tensor mean = tensor(ImageProcessor.ClipMean.ToArray()).view(1, 3, 1, 1);
            Tensor deviation = tensor(ImageProcessor.ClipDeviation.ToArray()).view(1, 3, 1, 1);
            // -> [N, H, W, 3]
            Tensor levels = ((pool * deviation + mean) * 255).round().clamp(0, 255).to(ScalarType.Byte).permute(0, 2, 3, 1).contiguous();
            _images =
            [
                .. Enumerable.Range(0, (int)pool.shape[0])
                    .Select(i => new RgbImage(width, height, levels[i].contiguous().data<byte>().ToArray())),
            ];
        }

        public int Count => _images.Length;

        public IReadOnlyList<int> Labels { get; }

        public RgbImage Load(int index) => _images[index];
    }
}
