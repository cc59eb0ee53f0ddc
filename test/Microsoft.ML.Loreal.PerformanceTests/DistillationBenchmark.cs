using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>One step of stage 3: all losses, forward and backward, and the optimizer.</summary>
internal static class DistillationBenchmark
{
    private const int MaxPublishedImages = 4;

    // More than this many image-class pairs do not fit in memory the published way, with the graphs of two text passes alive.
    private const int MaxPublishedPairs = 200;

    public static void Run(IReadOnlyList<BenchmarkModel> sizes)
    {
        var table = new Comparison(
            "Distillation step (4 text passes, 2 of them with gradients)",
            "ours, features cached",
            "published: both towers and 77 tokens a pair each step");
        foreach (BenchmarkModel size in sizes)
        {
            using ClipModel model = size.Create();
            foreach (int classes in new[] { 10, 50, 100 })
            {
                using var task = new ClassificationTask(model, classes);
                Timing? perImage = null;
                foreach (int images in new[] { 4, 32 })
                {
                    Timing ours = Ours(task, size, images);
                    if (images <= MaxPublishedImages && images * classes <= MaxPublishedPairs)
                    {
                        var published = Timing.Within(8, 5, () => Published(task, size, images));
                        perImage = published.Times(1.0 / images);
                        table.Add($"{size.Name}, B={images}, C={classes}", ours, published);
                    }
                    else
                    {
                        perImage ??= Timing.Within(8, 5, () => Published(task, size, 1));
                        table.Add(
                            $"{size.Name}, B={images}, C={classes}",
                            ours,
                            perImage.Times(images),
                            "published: fewer images, times their share");
                    }
                }
            }

            Agreement(model, size);
        }
    }

    /// <summary>A step as TrainingStage does it, in parts where the batch's graph would be too large.</summary>
    public static void Ours(ClassificationTask task, Tensor high, Tensor low, Tensor labels)
    {
        long images = high.shape[0];
        using optim.Optimizer optimizer = Optimizer(task);
        for (long first = 0; first < images; first += task.ImagesAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(task.ImagesAtOnce, images - first);
            StepLosses losses = task.OurStep.Losses(
                high.narrow(0, first, count), low.narrow(0, first, count), labels.narrow(0, first, count), 1);
            (losses.Total * ((double)count / images)).backward();
        }

        optimizer.step();
    }

    public static void Published(ClassificationTask task, BenchmarkModel size, int images)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor high, Tensor low) = PublishedFeatures(task, size, images);
        using optim.Optimizer optimizer = Optimizer(task);
        task.PublishedStep.Losses(high, low, Labels(images), 1).Total.backward();
        optimizer.step();
    }

    public static Tensor Labels(int images) => zeros([images], ScalarType.Int64, device: BenchmarkDevice.Current);

    /// <summary>Features as the cache gives them, [B, J].</summary>
    public static Tensor CachedFeatures(BenchmarkModel size, int images) =>
        Classifier.Normalize(randn(images, size.Config.EmbedDimension, device: BenchmarkDevice.Current));

    public static Timing Ours(ClassificationTask task, BenchmarkModel size, int images)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor high, Tensor low, Tensor labels) = (CachedFeatures(size, images), CachedFeatures(size, images), Labels(images));
        return Timing.Within(8, 9, () => Ours(task, high, low, labels));
    }

    private static (Tensor High, Tensor Low) PublishedFeatures(ClassificationTask task, BenchmarkModel size, int images)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor high = task.Published.FrozenStates(BenchmarkModel.Pixels(images, size.Config.ImageResolution));
        Tensor low = task.Published.FrozenStates(BenchmarkModel.Pixels(images, size.LowResolution));
        return scope.MoveToOuter(high, low);
    }

    private static optim.Optimizer Optimizer(ClassificationTask task)
    {
        SGD optimizer = optim.SGD(task.Slots.Parameters, 1e-9, momentum: 0.9, weight_decay: 5e-4);
        optimizer.zero_grad();
        return optimizer;
    }

    /// <summary>Both ways on the same features: the losses and the gradients.</summary>
    private static void Agreement(ClipModel model, BenchmarkModel size)
    {
        const int images = 2;
        using DisposeScope scope = NewDisposeScope();
        using var task = new ClassificationTask(model, 10);
        (Tensor high, Tensor low, Tensor labels) = (CachedFeatures(size, images), CachedFeatures(size, images), Labels(images));
        (float ourLoss, Tensor[] ourGradients) = Gradients(task.OurStep);
        (float loss, Tensor[] gradients) = Gradients(task.PublishedStep);
        float worst = gradients.Zip(ourGradients, (a, b) => (a - b).abs().max().item<float>() / a.abs().max().item<float>()).Max();
        Comparison.Line(FormattableString.Invariant(
            $"{size.Name}: relative difference between both ways, B=2, C=10: loss {Math.Abs(loss - ourLoss) / loss:0.0e+0}, ")
            + FormattableString.Invariant($"gradients (largest, of each tensor's largest value) {worst:0.0e+0}"));

        (float Loss, Tensor[] Gradients) Gradients(TwoStudents step)
        {
            foreach (Parameter parameter in task.Slots.Parameters)
            {
                parameter.grad?.zero_();
            }

            Tensor total = step.Losses(high, low, labels, 1).Total;
            total.backward();
            return (total.item<float>(), [.. task.Slots.Parameters.Select(p => p.grad!.clone())]);
        }
    }
}
