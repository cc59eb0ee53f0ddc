namespace Microsoft.ML.Loreal.Tests.PromptKD;

/// <summary>A small teacher and a student that it taught, made once for all tests that only look at them.</summary>
internal static class Taught
{
    private static readonly TemporaryFolder _folder = new();
    private static readonly Lazy<ClipBackbone> _studentBackbone = new(() => TinyClip.Write(_folder["student"], seed: 2));
    private static readonly Lazy<LorealTransformer> _teacher = new(() => FitTeacher(PromptMethod.IndependentPrompts(2, 2, 2, 2)));
    private static readonly Lazy<PromptKDTransformer> _student = new(() => Fit(Options()));

    internal static ClipBackbone StudentBackbone => _studentBackbone.Value;

    internal static LorealTransformer Teacher => _teacher.Value;

    internal static PromptKDTransformer Student => _student.Value;

    internal static PromptKDTrainer.Options Options() => new()
    {
        Teacher = Teacher,
        Backbone = StudentBackbone,
        PromptTokens = 2,
        DistillationWeight = 100,
        Stage = new TrainingStageOptions { Epochs = 3, BatchSize = 5, LearningRate = 0.01, WarmupEpochs = 0 },
        ViewsPerImage = 2,
        MinimumCropArea = 0.5f,
        Seed = 7,
    };

    internal static LorealTransformer FitTeacher(PromptMethod method)
    {
        LorealTrainer.Options options = Trained.Options();
        options.Method = method;
        options.Attributes = null;
        options.LowResolution = Trained.Backbone.Config.ImageResolution;
        options.BaseStage = new TrainingStageOptions { Epochs = 6, BatchSize = 5, LearningRate = 0.01, WarmupEpochs = 0 };
        var ml = new MLContext(1);
        return ml.MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(ml));
    }

    internal static PromptKDTransformer Fit(PromptKDTrainer.Options options)
    {
        var ml = new MLContext(1);
        return ml.MulticlassClassification.Trainers.PromptKD(options).Fit(Unlabeled(ml));
    }

    /// <summary>The pictures alone.</summary>
    internal static IDataView Unlabeled(MLContext ml)
    {
        IDataView photos = ml.Data.LoadFromEnumerable(Trained.Photos.Select(photo => new Picture { ImagePath = photo.ImagePath }).ToList());
        return ml.Transforms.CopyColumns("Image", nameof(Picture.ImagePath)).Fit(photos).Transform(photos);
    }

    internal static void Clean()
    {
        if (_student.IsValueCreated)
        {
            _student.Value.Dispose();
        }

        if (_teacher.IsValueCreated)
        {
            _teacher.Value.Dispose();
        }

        _folder.Dispose();
    }

    private sealed class Picture
    {
        public string ImagePath { get; set; } = "";
    }
}
