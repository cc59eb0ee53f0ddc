using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>
/// The method that docs/methods.md adds: "a photo of a {}." as it is, and one learned vector that is added to the text features of
/// all classes.
/// </summary>
internal sealed class ShiftMethod : PromptMethod
{
    public override string Name => "Shift";

    internal override StageSettings PublishedStage => new() { Epochs = 10 };

    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random) =>
        new Learner(model, new SentencePrompts(model, vocabulary, classNames, "a photo of a {}.", attributeTokens));

    internal override void WriteSettings(Utf8JsonWriter writer)
    {
    }

    private sealed class Learner(ClipModel model, SentencePrompts sentences) : PromptLearner(model)
    {
        // [J]
        private readonly Parameter _shift = LearnedParameter.From(zeros([model.Config.EmbedDimension], ScalarType.Float32, model.Device));

        public override IReadOnlyList<Parameter> Parameters => [_shift];

        public override IEnumerable<(string Name, Tensor Value)> State => [("shift", _shift)];

        public override PromptParts Prompts(Tensor? attributeTokens) => sentences.Parts(attributeTokens);

        public override Tensor TextFeatures(Tensor? attributeTokens)
        {
            using DisposeScope scope = NewDisposeScope();
            return (base.TextFeatures(attributeTokens) + _shift).MoveToOuterDisposeScope(); // [B, C, J]
        }

        public override void Dispose()
        {
            sentences.Dispose();
            _shift.Dispose();
        }
    }
}
