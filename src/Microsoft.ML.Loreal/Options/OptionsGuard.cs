using System.Globalization;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training;

namespace Microsoft.ML.Loreal.Options;

/// <summary>
/// Checks the trainer's settings before anything long starts: those that training itself does not know, and then its own.
/// </summary>
internal static partial class OptionsGuard
{
    public static void Check(LorealTrainer.Options options)
    {
        NotEmpty(options.LabelColumnName, nameof(options.LabelColumnName));
        ColumnNames(options.ImageColumnName, options.ScoreColumnName, options.PredictedLabelColumnName);
        ArgumentNullException.ThrowIfNull(options.Backbone, nameof(options.Backbone));
        ArgumentNullException.ThrowIfNull(options.Method, nameof(options.Method));
        Resolutions.Low(options, options.Backbone.Config);
        Resolutions.Train(options, options.Backbone.Config);
        DeviceSelection.CheckName(options.Device);
        ArgumentNullException.ThrowIfNull(options.DistillationStage, nameof(options.DistillationStage));
        TrainingChecks.CheckOptions(options);

        Attributes(options.Attributes);
        Defined(options.MetaNetInitialization, nameof(options.MetaNetInitialization));
        Defined(options.Bridge, nameof(options.Bridge));
        Precision(options.Precision);
        Defined(options.OnInvalidImage, nameof(options.OnInvalidImage));
        Defined(options.DistillationStage.Optimizer, $"{nameof(options.DistillationStage)}.{nameof(options.DistillationStage.Optimizer)}");
        Defined(options.BaseStage?.Optimizer ?? default, $"{nameof(options.BaseStage)}.{nameof(options.BaseStage.Optimizer)}");
        Weight(options.Lambda1, nameof(options.Lambda1));
        Weight(options.Lambda2, nameof(options.Lambda2));
        Weight(options.BridgeWeight, nameof(options.BridgeWeight));
        Check(options.MixMaximum is >= 0 and <= 1, nameof(options.MixMaximum), options.MixMaximum, "in [0, 1]");
        Check(options.MixStart is >= 0 and < 1, nameof(options.MixStart), options.MixStart, "in [0, 1)");
        Check(options.MaximumPixels > 0, nameof(options.MaximumPixels), options.MaximumPixels, "above 0");
        AcceptedFormats.Check(options.ImageFormats);
        Validation(options);
        Check(options.CheckpointInterval >= TimeSpan.Zero, nameof(options.CheckpointInterval), options.CheckpointInterval, "zero or more");
        Folder(options.WorkspacePath, nameof(options.WorkspacePath));
        Folder(options.FeatureCachePath, nameof(options.FeatureCachePath));
        Check(options.FeatureCacheMegabytes >= 0, nameof(options.FeatureCacheMegabytes), options.FeatureCacheMegabytes, "0 or more");
    }

    private static void ColumnNames(string image, string score, string predictedLabel)
    {
        NotEmpty(image, nameof(LorealTrainer.Options.ImageColumnName));
        NotEmpty(score, nameof(LorealTrainer.Options.ScoreColumnName));
        NotEmpty(predictedLabel, nameof(LorealTrainer.Options.PredictedLabelColumnName));
        if (score == predictedLabel)
        {
            throw new ArgumentException($"ScoreColumnName and PredictedLabelColumnName are both '{score}'; give the two columns different names.", nameof(score));
        }
    }

    private static void Precision(ComputePrecision precision)
    {
        const string Option = nameof(LorealTrainer.Options.Precision);
        Defined(precision, Option);
        Check(
            precision != ComputePrecision.Half,
            Option,
            precision,
            $"{ComputePrecision.Single}, {ComputePrecision.BFloat16} or {ComputePrecision.Auto}, as gradients are lost below the range of {precision}; train in one of these and score with WithPrecision({nameof(ComputePrecision)}.{precision})");
    }

    private static void NotEmpty(string? name, string option)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentException($"{option} is empty; it must name a column.", option);
        }
    }

    private static void Validation(LorealTrainer.Options options)
    {
        if (options.ValidationFraction is { } fraction)
        {
            Check(fraction is > 0 and < 1, nameof(options.ValidationFraction), fraction, "in (0, 1)");
            if (options.ValidationSet is not null)
            {
                throw new ArgumentException($"{nameof(options.ValidationSet)} and {nameof(options.ValidationFraction)} are both set; choose one.", nameof(options));
            }
        }

        if (options.EarlyStopping is not { } stopping)
        {
            return;
        }

        const string Option = nameof(options.EarlyStopping);
        if (options.ValidationSet is null && options.ValidationFraction is null)
        {
            throw new ArgumentException(
                $"{Option} is set without validation images; set {nameof(options.ValidationSet)} or {nameof(options.ValidationFraction)}.", nameof(options));
        }

        Defined(stopping.Metric, $"{Option}.{nameof(stopping.Metric)}");
        Check(stopping.Patience >= 1, $"{Option}.{nameof(stopping.Patience)}", stopping.Patience, "at least 1");
        Check(
            double.IsFinite(stopping.MinimumImprovement) && stopping.MinimumImprovement >= 0,
            $"{Option}.{nameof(stopping.MinimumImprovement)}",
            stopping.MinimumImprovement,
            "a finite number, 0 or more");
    }

    /// <summary>
    /// Throws where the path cannot be a folder: it is empty, or it or what should hold it is a file. Nothing is created yet.
    /// </summary>
    private static void Folder(string? path, string option)
    {
        if (path is null)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
        {
            throw new ArgumentException($"{option} is empty or not a path; give the path of a folder, or null to write nothing.", option);
        }

        for (string? part = Path.GetFullPath(path); part is not null && !Directory.Exists(part); part = Path.GetDirectoryName(part))
        {
            if (File.Exists(part))
            {
                throw new ArgumentException($"{option} is '{path}', and '{part}' is a file; give the path of a folder, which is made where it is missing.", option);
            }
        }
    }

    private static void Attributes(IReadOnlyList<string>? attributes)
    {
        const string Option = nameof(LorealTrainer.Options.Attributes);
        if (attributes is null)
        {
            return;
        }

        if (attributes.Count == 0)
        {
            throw new ArgumentException($"{Option} is empty; give at least one attribute word, or null to train the base method alone.", Option);
        }

        for (int i = 0; i < attributes.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(attributes[i]))
            {
                throw new ArgumentException($"{Option}[{i}] is empty; every attribute needs a word.", Option);
            }
        }
    }

    private static void Weight(float value, string option) => Check(float.IsFinite(value) && value >= 0, option, value, "a finite number, 0 or more");

    private static void Defined<TEnum>(TEnum value, string option)
        where TEnum : struct, Enum => Check(Enum.IsDefined(value), option, value, $"one of {string.Join(", ", Enum.GetNames<TEnum>())}");

    private static void Check(bool valid, string option, object value, string expected)
    {
        if (!valid)
        {
            throw new ArgumentOutOfRangeException(option, value, string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be {expected}."));
        }
    }
}
