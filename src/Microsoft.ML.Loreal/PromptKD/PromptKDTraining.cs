using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.PromptKD.Regions;
using Microsoft.ML.Loreal.PromptKD.Teacher;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Loreal.Training.Features;
using Microsoft.ML.Loreal.Training.Progress;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>
/// Trains PromptKD's student. The teacher looks at the images before the epochs, and the student at the same regions of them in the epochs.
/// </summary>
internal static class PromptKDTraining
{
    /// <summary>Trains a model.</summary>
    /// <param name="plan">What is to be done, with a concrete precision.</param>
    /// <param name="context">What only this call knows.</param>
    /// <param name="images">The training images; their labels are not looked at.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The classes, the teacher or the number of images cannot be used.</exception>
    /// <exception cref="InvalidDataException">The region table is damaged.</exception>
    /// <exception cref="InvalidOperationException">A loss became infinite or not a number.</exception>
    /// <exception cref="ObjectDisposedException">The teacher was disposed.</exception>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public static PromptKDModel Fit(PromptKDPlan plan, TrainingContext context, ILabeledImages images)
    {
        if (images.Count < 2)
        {
            throw new ArgumentException(
                $"Found {images.Count} image(s); the projector normalizes over a batch, so training needs at least two.", nameof(images));
        }

        context.Cancel.ThrowIfCancellationRequested();
        using var teacher = PromptKDTeacher.Of(plan.Teacher, plan.ClassNames);
        using DisposeScope scope = NewDisposeScope();
        Tensor text = teacher.TextFeatures().to(context.Device); // [C, J']
        PromptKDStudentSettings settings = plan.StudentSettings((int)text.shape[1]);
        var clip = SharedClip.Of(plan.Backbone, context.Device, plan.Precision);
        PromptKDStudent? student = null;
        try
        {
            student = new PromptKDStudent(clip.Model, settings, Seeds.Stream(context.Seed, RandomUse.ScoredStudent));
            if (context.Checkpoints?.TryLoad(ITeacherLabels.Stage, student.Load) != true)
            {
                using ITeacherLabels labels = Labels(plan, context, teacher, images);
                Train(plan, context, images, student, labels, text);
                context.Checkpoints?.Complete(ITeacherLabels.Stage, student.State);
            }

            student.Freeze();
            var description = new PromptKDModelDescription(
                plan.ClassNames, plan.ClassNames, plan.LowResolution, settings, plan.Backbone.Sha256, plan.Precision);
            return new PromptKDModel(plan.Backbone, clip, description, student, text.DetachFromDisposeScope());
        }
        catch
        {
            student?.Dispose();
            clip.Dispose();
            throw;
        }
    }

    private static ITeacherLabels Labels(PromptKDPlan plan, TrainingContext context, PromptKDTeacher teacher, ILabeledImages images)
    {
        if (plan.Regions is { } regions)
        {
            RegionTable table = RegionTables.Open(regions, plan, teacher, images, context.Cancel);
            return new TableLabels(
                table, teacher.ClassNames.Count, regions.Sparsification, context.Seed, teacher.Resolution, context.Device);
        }

        var cache = new FeatureCache(
            images,
            teacher.ImageProcessor,
            plan.MinimumCropArea,
            plan.ViewsPerImage,
            context.Seed,
            teacher.Device,
            new FeatureStorage(plan.FeatureCacheBytes, plan.FeatureCachePath, teacher.Device),
            plan.FeatureCachePath is null ? null : teacher.DescribeEncoding());
        return new TeacherFeatures(teacher, cache, plan.Temperature, context.Cancel);
    }

    private static void Train(
        PromptKDPlan plan, TrainingContext context, ILabeledImages images, PromptKDStudent student, ITeacherLabels labels, Tensor text)
    {
        var stage = new TrainingStage(ITeacherLabels.Stage, plan.Stage, context.Seed, context.OnEpoch, context.Cancel)
        {
            Checkpoints = context.Checkpoints,
        };
        using NegativePrompts? negative = plan.NegativePromptWeight > 0 ? new NegativePrompts(text) : null;
        using var pixels = new StudentBatches(
            images, plan.Backbone.ImageProcessor, plan.LowResolution, context.Device, labels, context.Cancel);
        stage.Run(
            [.. student.Parameters, .. negative?.Parameters ?? []],
            new int[images.Count],
            BeginEpoch,
            (epoch, batch, _) => Losses(epoch, batch));

        void BeginEpoch(int epoch)
        {
            labels.BeginEpoch(epoch, context.Cancel);
            pixels.BeginEpoch(epoch, [.. stage.Batches(images.Count, epoch)]);
        }

        StepLosses Losses(int epoch, int[] batch)
        {
            using DisposeScope scope = NewDisposeScope();
            using Tensor shown = pixels.Next(batch);                                                       // [B, 3, r, r]
            Tensor teacher = labels.Probabilities(epoch, batch).to(context.Device);                        // [B, C]
            Tensor features = student.Features(DeviceTransfer.Send(shown, context.Device), training: true); // [B, J']
            Tensor logits = student.Logits(features, text);                                                // [B, C]
            Tensor divergence = PromptKDLoss.Distillation(teacher, logits, plan.Temperature);
            List<(string Name, Tensor Value)> terms = [(TrainingLosses.Distillation, divergence)];
            Tensor total = divergence * plan.DistillationWeight;
            if (negative?.Loss(features, teacher, student.LogitScale) is { } difference)
            {
                terms.Add((TrainingLosses.SimilarityDifference, difference));
                total = total + (difference * plan.NegativePromptWeight);
            }

            Tensor answers = teacher.argmax(1);                                                            // [B]
            scope.MoveToOuter([total, logits, answers, .. terms.Select(term => term.Value)]);
            return new StepLosses(total, logits, terms, answers);
        }
    }
}
