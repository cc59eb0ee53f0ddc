using Microsoft.ML.Loreal.Checks;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.PromptKD;
using Microsoft.ML.Loreal.PromptKD.Regions;

namespace Microsoft.ML.Loreal;

/// <content>The way from the settings to the plan of a training.</content>
public sealed partial class PromptKDTrainer
{
    public sealed partial class Options
    {
        /// <summary>Checks the settings and resolves them. The plan has copies: what is changed afterwards does not concern it.</summary>
        /// <exception cref="ArgumentException">
        /// A setting cannot be used; the message names it, what was found and what is expected.
        /// </exception>
        internal PromptKDPlan ToPlan()
        {
            ArgumentNullException.ThrowIfNull(Teacher);
            if (Teacher.Model.Attributes is not null)
            {
                throw new ArgumentException(
                    "The Teacher was trained with attributes, so its prompts differ from image to image; "
                    + "a student needs one set of text features. Train the teacher with Attributes = null.",
                    nameof(Teacher));
            }

            CheckShared();
            ArgumentNullException.ThrowIfNull(Stage);
            ClipConfig config = Backbone.Config;
            OptionChecks.AtLeast(PromptTokens, 1, nameof(PromptTokens));
            OptionChecks.Check(
                PromptDepth is null || (PromptDepth >= 1 && PromptDepth <= config.VisionLayers),
                nameof(PromptDepth),
                PromptDepth ?? 0,
                $"between 1 and {config.VisionLayers}, the blocks of the backbone's image tower, or null");
            OptionChecks.FiniteAndNotNegative(DistillationWeight, nameof(DistillationWeight));
            OptionChecks.FiniteAndNotNegative(NegativePromptWeight, nameof(NegativePromptWeight));
            OptionChecks.AtLeast(Stage.BatchSize, 2, $"{nameof(Stage)}.{nameof(Stage.BatchSize)}");
            IReadOnlyList<string> classNames = [.. ClassNames ?? Teacher.ClassNames];
            return new PromptKDPlan
            {
                Teacher = Teacher.Model,
                ClassNames = classNames,
                Scoring = ScoringSettings(reducedScaleDecoding: false),
                Backbone = Backbone,
                LowResolution = Resolutions.Check(LowResolution ?? config.ImageResolution, config, nameof(LowResolution)),
                PromptTokens = PromptTokens,
                PromptDepth = PromptDepth,
                Temperature = Temperature,
                DistillationWeight = DistillationWeight,
                NegativePromptWeight = NegativePromptWeight,
                Stage = Stage.ToSettings(nameof(Stage)),
                ViewsPerImage = ViewsPerImage,
                MinimumCropArea = MinimumCropArea,
                Regions = TableSettings(classNames.Count),
                FeatureCacheBytes = FeatureCacheBytes,
                FeatureCachePath = FeatureCachePath,
                WorkspacePath = WorkspacePath,
                CheckpointInterval = CheckpointInterval,
                Seed = Seed,
                Device = Device,
                Precision = Precision,
                CancellationToken = CancellationToken,
                MetricsCallback = MetricsCallback,
            };
        }

        private RegionTableSettings? TableSettings(int classes)
        {
            if (Regions is not { } table)
            {
                return null;
            }

            const string Option = nameof(Regions);
            ArgumentNullException.ThrowIfNull(table.FolderPath, $"{Option}.{nameof(table.FolderPath)}");
            OptionChecks.Folder(table.FolderPath, $"{Option}.{nameof(table.FolderPath)}");
            OptionChecks.AtLeast(table.LabelsKept, 1, $"{Option}.{nameof(table.LabelsKept)}");
            OptionChecks.Defined(table.Sparsification, $"{Option}.{nameof(table.Sparsification)}");
            OptionChecks.Check(ViewsPerImage > 0, nameof(ViewsPerImage), ViewsPerImage, $"above 0 where {Option} keeps the views");
            OptionChecks.Check(
                classes <= RegionTableHeader.MaxClasses,
                nameof(ClassNames),
                classes,
                $"at most {RegionTableHeader.MaxClasses} classes where {Option} keeps the labels");
            return new RegionTableSettings(table.FolderPath, table.LabelsKept, table.Sparsification, table.Seed);
        }
    }
}
