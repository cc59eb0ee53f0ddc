using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Two students and their slots for some classes, with the product's way and the published way to run them.</summary>
internal sealed class ClassificationTask : IDisposable
{
    private const int TokensPerAttribute = 2;
    private const int HiddenWidth = 32;

    private static readonly string[] _attributes = ["color", "shape", "size", "structure", "outline"];

    private readonly PromptLearner _alpha;
    private readonly PromptLearner _beta;

    public ClassificationTask(ClipModel model, int classes, PromptMethod? method = null)
    {
        var vocabulary = new BenchmarkVocabulary(model.Config.VocabularySize);
        IReadOnlyList<int[]> words = AttributeSlots.Tokenize(vocabulary, _attributes);
        string[] names = BenchmarkVocabulary.ClassNames(classes);
        method ??= PromptMethod.CoOp();
        _alpha = method.CreateLearner(model, vocabulary, names, AttributeSlots.Count(words, TokensPerAttribute), new Random(1));
        _beta = method.CreateLearner(model, vocabulary, names, AttributeSlots.Count(words, TokensPerAttribute), new Random(2));
        _alpha.Freeze();
        _beta.Freeze();
        Slots = new AttributeSlots(model, words, TokensPerAttribute, HiddenWidth, MetaNetInitialization.Default, new Random(3));
        Published = new PublishedLearner(model, _beta);
        Ours = _beta;
        OurStep = new TwoStudents(_alpha, _beta, Slots, model, Settings);
        ImagesAtOnce = OurStep.ImagesAtOnce;
        PublishedStep = new TwoStudents(new PublishedLearner(model, _alpha), Published, Slots, model, Settings, long.MaxValue);
    }

    public AttributeSlots Slots { get; }

    public PromptLearner Ours { get; }

    public PromptLearner Published { get; }

    public TwoStudents OurStep { get; }

    public int ImagesAtOnce { get; }

    public TwoStudents PublishedStep { get; }

    private static DistillationSettings Settings { get; } = new LorealTrainer.Options().ToPlan().Distillation;

    /// <summary>The probabilities of a batch, [B, C]: what LorealModel.Score does.</summary>
    public Tensor Score(PromptLearner student, Tensor pixels)
    {
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = student.Encode(pixels);
        Tensor text = student.TextFeatures(Slots.Tokens(Slots.Vectors(student.Condition(features))));
        return student.Logits(features, text).softmax(1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _alpha.Dispose();
        _beta.Dispose();
        Slots.Dispose();
    }
}
