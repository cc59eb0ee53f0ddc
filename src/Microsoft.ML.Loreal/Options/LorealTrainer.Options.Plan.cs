using Microsoft.ML.Loreal.Checks;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Loreal;
using Microsoft.ML.Loreal.Training.Progress;

namespace Microsoft.ML.Loreal;

/// <content>The way from the settings to the plan of a training.</content>
public sealed partial class LorealTrainer
{
    public sealed partial class Options
    {
        private const int DefaultPatches = 9;

        /// <summary>Checks the settings and resolves them. The plan has copies: what is changed afterwards does not concern it.</summary>
        /// <exception cref="ArgumentException">
        /// A setting cannot be used; the message names it, what was found and what is expected.
        /// </exception>
        internal LorealPlan ToPlan()
        {
            OptionChecks.ColumnName(LabelColumnName, nameof(LabelColumnName));
            CheckShared();
            if (FeatureColumnName == LabelColumnName)
            {
                throw new ArgumentException(
                    $"FeatureColumnName and LabelColumnName are both '{LabelColumnName}'; give the column with the features a name of its "
                    + "own.",
                    nameof(FeatureColumnName));
            }

            ArgumentNullException.ThrowIfNull(Method);
            ArgumentNullException.ThrowIfNull(DistillationStage);
            ClipConfig config = Backbone.Config;
            Method.Check(config);
            CheckAttributes();
            OptionChecks.Defined(Bridge, nameof(Bridge));
            OptionChecks.FiniteAndNotNegative(Lambda1, nameof(Lambda1));
            OptionChecks.FiniteAndNotNegative(Lambda2, nameof(Lambda2));
            OptionChecks.FiniteAndNotNegative(BridgeWeight, nameof(BridgeWeight));
            OptionChecks.Check(MixMaximum is >= 0 and <= 1, nameof(MixMaximum), MixMaximum, "in [0, 1]");
            OptionChecks.Check(MixStart is >= 0 and < 1, nameof(MixStart), MixStart, "in [0, 1)");
            CheckValidation();

            int low = LowResolution is { } asked
                ? Resolutions.Check(asked, config, nameof(LowResolution))
                : Math.Min(DefaultPatches * config.PatchSize, config.ImageResolution);
            return new LorealPlan
            {
                Scoring = ScoringSettings(ReducedScaleDecoding),
                LabelColumnName = LabelColumnName,
                Backbone = Backbone,
                LowResolution = low,
                TrainResolution = TrainResolution is { } train ? Resolutions.Check(train, config, nameof(TrainResolution)) : low,
                Method = Method,
                Attributes = Attributes is null ? null : [.. Attributes],
                TokensPerAttribute = TokensPerAttribute,
                HiddenWidth = HiddenWidth,
                MetaNetInitialization = MetaNetInitialization,
                Bridge = Bridge,
                Lambda1 = Lambda1,
                Lambda2 = Lambda2,
                BridgeWeight = BridgeWeight,
                Temperature = Temperature,
                MixMaximum = MixMaximum,
                MixStart = MixStart,
                StandardStudent = StandardStudent?.Model,
                BaseStage = BaseStage is null ? Method.PublishedStage : BaseStage.ToSettings(nameof(BaseStage)),
                DistillationStage = DistillationStage.ToSettings(nameof(DistillationStage)),
                ViewsPerImage = ViewsPerImage,
                MinimumCropArea = MinimumCropArea,
                ValidationSet = ValidationSet,
                ValidationFraction = ValidationFraction,
                EarlyStopping = EarlyStopping is { } stop
                    ? new EarlyStoppingSettings(stop.Metric, stop.Patience, stop.MinimumImprovement)
                    : null,
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

        private void CheckAttributes()
        {
            OptionChecks.AtLeast(TokensPerAttribute, 1, nameof(TokensPerAttribute));
            OptionChecks.AtLeast(HiddenWidth, 1, nameof(HiddenWidth));
            OptionChecks.Defined(MetaNetInitialization, nameof(MetaNetInitialization));
            if (Attributes is null)
            {
                if (StandardStudent is not null)
                {
                    throw new ArgumentException(
                        "StandardStudent is set and Attributes is null: only the distillation of attributes has use for an earlier "
                        + "student. "
                        + "Set Attributes, or StandardStudent to null.",
                        nameof(StandardStudent));
                }

                return;
            }

            if (!Method.Learns)
            {
                throw new ArgumentException(
                    $"The prompt method {Method.Name} has nothing to learn, so it takes no attributes; set Attributes to null.",
                    nameof(Attributes));
            }

            if (Attributes.Count == 0)
            {
                throw new ArgumentException(
                    "Attributes is empty; give at least one attribute word, or null to train the base method alone.", nameof(Attributes));
            }

            for (int i = 0; i < Attributes.Count; i++)
            {
                if (string.IsNullOrWhiteSpace(Attributes[i]))
                {
                    throw new ArgumentException($"Attributes[{i}] is empty; every attribute needs a word.", nameof(Attributes));
                }
            }
        }

        private void CheckValidation()
        {
            if (ValidationFraction is { } fraction)
            {
                OptionChecks.Check(fraction is > 0 and < 1, nameof(ValidationFraction), fraction, "in (0, 1)");
                if (ValidationSet is not null)
                {
                    throw new ArgumentException(
                        "ValidationSet and ValidationFraction are both set; choose one.", nameof(ValidationFraction));
                }
            }

            if (EarlyStopping is not { } stop)
            {
                return;
            }

            if (ValidationSet is null && ValidationFraction is null)
            {
                throw new ArgumentException(
                    "EarlyStopping is set without validation images; set ValidationSet or ValidationFraction.", nameof(EarlyStopping));
            }

            const string Option = nameof(EarlyStopping);
            OptionChecks.Defined(stop.Metric, $"{Option}.{nameof(stop.Metric)}");
            OptionChecks.AtLeast(stop.Patience, 1, $"{Option}.{nameof(stop.Patience)}");
            OptionChecks.FiniteAndNotNegative(stop.MinimumImprovement, $"{Option}.{nameof(stop.MinimumImprovement)}");
        }
    }
}
