using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// What is to be known of a GPU, in one run of a few minutes that reads no files: the image tower, the distillation step, what LOREAL adds
/// to its base method for each image, and whether a step waits for the GPU.
/// </summary>
internal static class GpuBenchmark
{
    private static readonly int[] _classes = [10, 50, 100];

    public static void Run(BenchmarkModel size)
    {
        foreach (ComputePrecision precision in BenchmarkDevice.Precisions)
        {
            ImageTower(size, precision);
        }

        DistillationBenchmark.Run([size]);
        Queue();
        foreach (ComputePrecision precision in BenchmarkDevice.Precisions)
        {
            Added(size, precision);
        }

        Comparison.Line("");
        Comparison.Line("Memory of the GPU: not measured, since TorchSharp 0.107.0 does not tell it.");
    }

    private static void ImageTower(BenchmarkModel size, ComputePrecision precision)
    {
        double rate = ProductRate(precision);
        Comparison.Line("");
        Comparison.Line($"Image tower, {size.Name} sizes, random weights, {precision} precision");
        Comparison.Line(Machine.Description);
        Comparison.Line(string.Create(CultureInfo.InvariantCulture, $"A product of two matrices of 4096 x 4096: {rate:0.00} TFLOP/s"));
        Comparison.Line("");
        Comparison.Line("| case | min / median / max ms | images a second | TFLOP/s | of the product's rate | runs |");
        Comparison.Line("| --- | ---: | ---: | ---: | ---: | ---: |");
        using ClipModel model = size.Create(precision);
        foreach (int patches in new[] { 14, 12, 9, 6 })
        {
            int side = patches * size.Config.PatchSize;
            foreach (int images in new[] { 1, 8, 64 })
            {
                using Tensor pixels = BenchmarkModel.Pixels(images, side);
                using IDisposable inference = inference_mode();
                var timing = Timing.Within(1, 15, () => model.EncodeImage(pixels).Dispose());
                double reached = images * Operations(size.Config, patches) / timing.Median / 1e12;
                Comparison.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {side} px, B={images} | {Comparison.Milliseconds(timing)} | {images / timing.Median:0} "
                    + $"| {reached:0.00} | {reached / rate:0%} | {timing.Runs} |"));
            }
        }
    }

    private static double ProductRate(ComputePrecision precision)
    {
        const int side = 4096;
        using DisposeScope scope = NewDisposeScope();
        Tensor factor = randn(side, side, device: BenchmarkDevice.Current).to(precision.Type());
        return 2.0 * side * side * side / Timing.Within(1, 15, () => factor.matmul(factor).Dispose()).Median / 1e12;
    }

    /// <summary>
    /// The operations of the image tower's products for one image; the last block computes only the class token's result.
    /// </summary>
    private static double Operations(ClipConfig config, int patches)
    {
        double width = config.VisionWidth;
        double tokens = 1 + (patches * patches);
        double block = tokens * ((12 * width * width) + (2 * tokens * width));
        double last = (tokens * 2 * width * width) + (10 * width * width) + (2 * tokens * width);
        double embedding = (tokens - 1) * 3 * config.PatchSize * config.PatchSize * width;
        return 2 * (((config.VisionLayers - 1) * block) + last + embedding + (width * config.EmbedDimension));
    }

    /// <summary>Steps of a training asked for while the GPU still has much else to do: whoever waits for it in a step is late.</summary>
    private static void Queue()
    {
        const int images = 4;
        const int steps = 3; // more would be too much for the queue of a GPU
        using ClipModel model = BenchmarkModel.Small.Create();
        using var task = new ClassificationTask(model, 10);
        using DisposeScope scope = NewDisposeScope();
        int side = BenchmarkDevice.IsGpu ? 8192 : 64;
        Tensor large = randn(side, side, device: BenchmarkDevice.Current);
        using var high = new MemoryFeatureRows(DistillationBenchmark.CachedFeatures(BenchmarkModel.Small, images * steps));
        using var low = new MemoryFeatureRows(DistillationBenchmark.CachedFeatures(BenchmarkModel.Small, images * steps));
        var watch = new Stopwatch();
        (double queued, double done) = (0.0, 0.0);
        var settings = new StageSettings { Epochs = 2, BatchSize = images, LearningRate = 1e-9 };
        new TrainingStage(3, settings, 1, _ => done = watch.Elapsed.TotalMilliseconds, CancellationToken.None).Run(
            task.Slots.Parameters, new int[images * steps], BeginEpoch, Losses);
        Comparison.Line("");
        Comparison.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{steps - 1} training steps behind other work of the GPU: asked for after {queued:0} ms, done after {done:0} ms "
            + $"(the first is much less where no step waits)"));

        void BeginEpoch(int epoch)
        {
            BenchmarkDevice.Synchronize();
            watch.Restart();
            for (int i = 0; i < 50; i++)
            {
                large.matmul(large).Dispose();
            }
        }

        StepLosses Losses(int epoch, int[] batch, Tensor labels)
        {
            queued = watch.Elapsed.TotalMilliseconds;
            long[] rows = Array.ConvertAll(batch, i => (long)i);
            return task.OurStep.Losses(high.Rows(rows), low.Rows(rows), labels, 1);
        }
    }

    private static void Added(BenchmarkModel size, ComputePrecision precision)
    {
        Comparison.Line("");
        Comparison.Line(
            $"What LOREAL adds to CoOp, {size.Name} sizes, {precision} precision: median ms for an image, "
            + $"features of the training from the cache, scoring at {size.LowResolution} px");
        Comparison.Line(Machine.Description);
        Comparison.Line(
            "The paper's own figures, for the published code on its machine: 4 to 5 ms added to training, 1 to 2 ms to inference");
        Comparison.Line("");
        Comparison.Line("| case | training step: CoOp | distillation | added | scoring: CoOp | with LOREAL | added |");
        Comparison.Line("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        using ClipModel model = size.Create(precision);
        foreach (int classes in _classes)
        {
            using var task = new ClassificationTask(model, classes);
            using PromptLearner alone = PromptMethod.CoOp().CreateLearner(
                model, new BenchmarkVocabulary(size.Config.VocabularySize), BenchmarkVocabulary.ClassNames(classes), 0, new Random(1));
            using SGD optimizer = optim.SGD(alone.Parameters, 1e-9, momentum: 0.9, weight_decay: 5e-4);
            using Tensor text = WithoutGraph(() => alone.TextFeatures(null));
            foreach (int images in new[] { 1, 4, 8, 32 })
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor features = DistillationBenchmark.CachedFeatures(size, images);
                Tensor labels = DistillationBenchmark.Labels(images);
                Tensor pixels = BenchmarkModel.Pixels(images, size.LowResolution);
                double step = PerImage(Step);
                double lorealStep = PerImage(() => DistillationBenchmark.Ours(task, features, features, labels));
                (double scoring, double lorealScoring) = (PerImage(Score), PerImage(() => task.Score(task.Ours, pixels).Dispose()));
                Comparison.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| B={images}, C={classes} | {step:0.00} | {lorealStep:0.00} | {lorealStep - step:0.00} "
                    + $"| {scoring:0.00} | {lorealScoring:0.00} | {lorealScoring - scoring:0.00} |"));

                double PerImage(Action work) => 1000 * Timing.Within(1, 15, work).Median / images;

                void Step()
                {
                    using DisposeScope inner = NewDisposeScope();
                    optimizer.zero_grad();
                    alone.Losses(features, labels).Total.backward();
                    optimizer.step();
                }

                void Score()
                {
                    using IDisposable inference = inference_mode();
                    using DisposeScope inner = NewDisposeScope();
                    alone.Logits(alone.Encode(pixels), text).softmax(1);
                }
            }
        }
    }

    private static Tensor WithoutGraph(Func<Tensor> work)
    {
        using IDisposable noGrad = no_grad();
        return work();
    }
}
