using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.PromptKD.Regions;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training;

namespace Microsoft.ML.Loreal.Options;

/// <content>PromptKD's settings.</content>
internal static partial class OptionsGuard
{
    public static void Check(PromptKDTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(options.Teacher, nameof(options.Teacher));
        ArgumentNullException.ThrowIfNull(options.Backbone, nameof(options.Backbone));
        ArgumentNullException.ThrowIfNull(options.Stage, nameof(options.Stage));
        if (options.Teacher.Model.Attributes is not null)
        {
            throw new ArgumentException(
                "The Teacher was trained with attributes, so its prompts differ from image to image; a student needs one set of text features. Train the teacher with Attributes = null.",
                nameof(options.Teacher));
        }

        ColumnNames(options.ImageColumnName, options.ScoreColumnName, options.PredictedLabelColumnName);
        Resolutions.Check(options.StudentResolution, options.Backbone.Config, nameof(options.LowResolution));
        DeviceSelection.CheckName(options.Device);
        TrainingChecks.AtLeast(options.PromptTokens, 1, nameof(options.PromptTokens));
        int layers = options.Backbone.Config.VisionLayers;
        Check(options.PromptDepth is null || (options.PromptDepth >= 1 && options.PromptDepth <= layers), nameof(options.PromptDepth), options.PromptDepth ?? 0, $"between 1 and {layers}, the blocks of the backbone's image tower, or null");
        TrainingChecks.CheckTemperature(options.Temperature);
        Weight(options.DistillationWeight, nameof(options.DistillationWeight));
        Weight(options.NegativePromptWeight, nameof(options.NegativePromptWeight));
        TrainingChecks.CheckStage(options.Stage, nameof(options.Stage));
        TrainingChecks.AtLeast(options.Stage.BatchSize, 2, $"{nameof(options.Stage)}.{nameof(options.Stage.BatchSize)}");
        Defined(options.Stage.Optimizer, $"{nameof(options.Stage)}.{nameof(options.Stage.Optimizer)}");
        TrainingChecks.CheckViews(options.ViewsPerImage, options.MinimumCropArea);
        Precision(options.Precision);
        Defined(options.OnInvalidImage, nameof(options.OnInvalidImage));
        Check(options.CheckpointInterval >= TimeSpan.Zero, nameof(options.CheckpointInterval), options.CheckpointInterval, "zero or more");
        Check(options.FeatureCacheMegabytes >= 0, nameof(options.FeatureCacheMegabytes), options.FeatureCacheMegabytes, "0 or more");
        Folder(options.FeatureCachePath, nameof(options.FeatureCachePath));
        Folder(options.WorkspacePath, nameof(options.WorkspacePath));
        Regions(options);
        Check(options.MaximumPixels > 0, nameof(options.MaximumPixels), options.MaximumPixels, "above 0");
        AcceptedFormats.Check(options.ImageFormats);
    }

    private static void Regions(PromptKDTrainer.Options options)
    {
        if (options.Regions is not { } table)
        {
            return;
        }

        const string Option = nameof(options.Regions);
        ArgumentNullException.ThrowIfNull(table.FolderPath, $"{Option}.{nameof(table.FolderPath)}");
        Folder(table.FolderPath, $"{Option}.{nameof(table.FolderPath)}");
        TrainingChecks.AtLeast(table.LabelsKept, 1, $"{Option}.{nameof(table.LabelsKept)}");
        Defined(table.Sparsification, $"{Option}.{nameof(table.Sparsification)}");
        Check(options.ViewsPerImage > 0, nameof(options.ViewsPerImage), options.ViewsPerImage, $"above 0 where {Option} keeps the views");
        int classes = (options.ClassNames ?? options.Teacher!.ClassNames).Count;
        Check(classes <= RegionTableHeader.MostClasses, nameof(options.ClassNames), classes, $"at most {RegionTableHeader.MostClasses} classes where {Option} keeps the labels");
    }
}
