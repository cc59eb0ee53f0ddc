using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.PromptKD.Regions;
using Microsoft.ML.Loreal.PromptKD.Teacher;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Checkpoints;
using Microsoft.ML.Loreal.Training.Features;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Loreal.Training.Progress;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>
/// Trains PromptKD's student. The teacher looks at the images before the epochs, and the student at the same regions of them in the epochs.
/// </summary>
internal static class PromptKDTraining
{
    /// <summary>The only stage.</summary>
    public const int Stage = 1;

    /// <summary>Trains a model.</summary>
    /// <param name="options">The settings. Columns are not looked at.</param>
    /// <param name="seed">The seed of everything random.</param>
    /// <param name="device">Where the student computes.</param>
    /// <param name="images">The training images; their labels are not looked at.</param>
    /// <param name="onEpoch">Told after every epoch, on the calling thread.</param>
    /// <param name="cancel">Looked at before every step and every image.</param>
    /// <param name="checkpoints">Where the training goes on from and writes to; null for neither.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The classes, the teacher or the number of images cannot be used.</exception>
    /// <exception cref="InvalidDataException">The region table is damaged.</exception>
    /// <exception cref="InvalidOperationException">A loss became infinite or not a number.</exception>
    /// <exception cref="ObjectDisposedException">The teacher was disposed.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public static PromptKDModel Fit(
        PromptKDTrainer.Options options,
        int seed,
        Device device,
        ILabelledImages images,
        Action<TrainingMetrics>? onEpoch,
        CancellationToken cancel,
        TrainingCheckpoints? checkpoints = null)
    {
        if (images.Count < 2)
        {
            throw new ArgumentException($"Found {images.Count} image(s); the projector normalises over a batch, so training needs at least two.", nameof(images));
        }

        cancel.ThrowIfCancellationRequested();
        using var teacher = PromptKDTeacher.Of(options.Teacher!.Model, options.ClassNames);
        using DisposeScope scope = NewDisposeScope();
        Tensor text = teacher.TextFeatures().to(device); // [C, J']
        PromptKDStudentSettings settings = options.StudentSettings((int)text.shape[1]);
        var clip = SharedClip.Of(options.Backbone, device, options.Precision);
        PromptKDStudent? student = null;
        try
        {
            student = new PromptKDStudent(clip.Model, settings, Seeds.Stream(seed, RandomUse.ScoredStudent));
            if (checkpoints?.TryLoad(Stage, student.Load) != true)
            {
                using ITeacherLabels labels = Labels(options, seed, device, teacher, images, cancel);
                var stage = new TrainingStage(Stage, options.Stage, seed, onEpoch, cancel) { Checkpoints = checkpoints };
                Train(stage, options, device, images, student, labels, text, cancel);
                checkpoints?.Complete(Stage, student.State);
            }

            student.Freeze();
            var description = new PromptKDModelDescription(
                [.. teacher.ClassNames], [.. teacher.ClassNames], options.StudentResolution, settings, options.Backbone.Sha256, options.Precision);
            return new PromptKDModel(options.Backbone, clip, description, student, text.DetachFromDisposeScope());
        }
        catch
        {
            student?.Dispose();
            clip.Dispose();
            throw;
        }
    }

    private static ITeacherLabels Labels(
        PromptKDTrainer.Options options, int seed, Device device, PromptKDTeacher teacher, ILabelledImages images, CancellationToken cancel)
    {
        if (options.Regions is { } regions)
        {
            RegionTable table = RegionTables.Open(options, teacher, images, cancel);
            return new TableLabels(table, teacher.ClassNames.Count, regions.Sparsification, seed, teacher.Resolution, device);
        }

        var cache = new FeatureCache(
            images,
            teacher.ImageProcessor,
            options.MinimumCropArea,
            options.ViewsPerImage,
            seed,
            teacher.Device,
            new FeatureStorage(options.FeatureCacheMegabytes * (1L << 20), options.FeatureCachePath, teacher.Device),
            options.FeatureCachePath is null ? null : TrainingConfiguration.DescribeEncoding(teacher));
        return new TeacherFeatures(teacher, cache, options.Temperature, cancel);
    }

    private static void Train(
        TrainingStage stage,
        PromptKDTrainer.Options options,
        Device device,
        ILabelledImages images,
        PromptKDStudent student,
        ITeacherLabels labels,
        Tensor text,
        CancellationToken cancel)
    {
        using NegativePrompts? negative = options.NegativePromptWeight > 0 ? new NegativePrompts(text) : null;
        using var pixels = new StudentBatches(images, options.Backbone.ImageProcessor, options.StudentResolution, device, labels, cancel);
        stage.Run([.. student.Parameters, .. negative?.Parameters ?? []], new int[images.Count], BeginEpoch, (epoch, batch, _) => Losses(epoch, batch));

        void BeginEpoch(int epoch)
        {
            labels.BeginEpoch(epoch, cancel);
            pixels.BeginEpoch(epoch, [.. stage.Batches(images.Count, epoch)]);
        }

        StepLosses Losses(int epoch, int[] batch)
        {
            using DisposeScope scope = NewDisposeScope();
            using Tensor shown = pixels.Next(batch);                                                       // [B, 3, r, r]
            Tensor teacher = labels.Probabilities(epoch, batch).to(device);                                // [B, C]
            Tensor features = student.Features(DeviceTransfer.Send(shown, device), training: true);        // [B, J']
            Tensor logits = student.Logits(features, text);                                                // [B, C]
            Tensor divergence = PromptKDLoss.Distillation(teacher, logits, options.Temperature);
            Tensor total = divergence * options.DistillationWeight;
            Tensor? difference = negative?.Loss(features, teacher, student.LogitScale);
            if (difference is not null)
            {
                total = total + (difference * options.NegativePromptWeight);
            }

            var losses = new StepLosses(total, zeros([], device: device), divergence, difference, null, logits, Answers: teacher.argmax(1));
            scope.MoveToOuter(new[] { total, losses.CrossEntropy, divergence, difference, logits, losses.Answers }.OfType<IDisposable>());
            return losses;
        }
    }
}
