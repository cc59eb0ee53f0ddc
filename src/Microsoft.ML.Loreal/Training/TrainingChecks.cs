using Microsoft.ML.Loreal.Training.Data;

namespace Microsoft.ML.Loreal.Training;

/// <summary>What can be found wrong before training starts.</summary>
internal static class TrainingChecks
{
    /// <summary>Checks the options that training uses, the classes and the labels.</summary>
    /// <exception cref="ArgumentException">Something cannot be used; the message says what, and the way out.</exception>
    public static void Check(LorealTrainer.Options options, IReadOnlyList<string> classNames, ILabelledImages images)
    {
        CheckOptions(options);
        int[] counts = new int[classNames.Count];
        foreach (int label in images.Labels)
        {
            counts[label]++;
        }

        var empty = classNames.Where((_, c) => counts[c] == 0).Select(n => $"\"{n}\"").ToList();
        if (options.Method.Learns && empty.Count > 0)
        {
            throw new ArgumentException($"No training image has the class {string.Join(", ", empty)}; every class needs at least one.", nameof(images));
        }
    }

    /// <summary>Checks the options that training uses; their columns and the device are checked where they are used.</summary>
    /// <exception cref="ArgumentException">An option cannot be used; the message says which, and the way out.</exception>
    public static void CheckOptions(LorealTrainer.Options options)
    {
        if (!options.Method.Learns && options.Attributes is not null)
        {
            throw new ArgumentException(
                $"The prompt method {options.Method.Name} has nothing to learn, so it takes no attributes; set Attributes to null.", nameof(options));
        }

        options.Method.Check(options.Backbone.Config);
        CheckViews(options.ViewsPerImage, options.MinimumCropArea);
        if (options.Attributes is not null)
        {
            AtLeast(options.TokensPerAttribute, 1, nameof(options.TokensPerAttribute));
            AtLeast(options.HiddenWidth, 1, nameof(options.HiddenWidth));
            CheckTemperature(options.Temperature);
            CheckStage(options.DistillationStage, nameof(options.DistillationStage));
        }

        if (options.BaseStage is not null)
        {
            CheckStage(options.BaseStage, nameof(options.BaseStage));
        }
    }

    /// <summary>Checks what random views are drawn with.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    public static void CheckViews(int viewsPerImage, float minimumCropArea)
    {
        AtLeast(viewsPerImage, 0, "ViewsPerImage");
        if (!(minimumCropArea is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException("MinimumCropArea", minimumCropArea, "The smallest crop area must be in (0, 1].");
        }
    }

    /// <summary>Checks a temperature of softmaxes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public static void CheckTemperature(float temperature)
    {
        if (!(temperature > 0 && float.IsFinite(temperature)))
        {
            throw new ArgumentOutOfRangeException("Temperature", temperature, "The temperature must be positive.");
        }
    }

    /// <summary>Checks the settings of a stage.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    public static void CheckStage(TrainingStageOptions stage, string name)
    {
        AtLeast(stage.Epochs, 0, $"{name}.{nameof(stage.Epochs)}");
        AtLeast(stage.BatchSize, 1, $"{name}.{nameof(stage.BatchSize)}");
        AtLeast(stage.WarmupEpochs, 0, $"{name}.{nameof(stage.WarmupEpochs)}");
        foreach ((double value, string? property) in new[]
        {
            (stage.LearningRate, nameof(stage.LearningRate)),
            (stage.WarmupLearningRate, nameof(stage.WarmupLearningRate)),
            (stage.WeightDecay, nameof(stage.WeightDecay)),
        })
        {
            if (!(value >= 0 && double.IsFinite(value)))
            {
                throw new ArgumentOutOfRangeException($"{name}.{property}", value, "Expected a finite number, at least 0.");
            }
        }
    }

    /// <summary>Checks a number of things.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are too few.</exception>
    public static void AtLeast(int value, int least, string name) => ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
}
