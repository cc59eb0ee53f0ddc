using System.Text.Json;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>
/// The method that docs/methods.md adds: "a photo of a {}.", and one learned vector that is added to the embeddings of every class name.
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
        // [D]
        private readonly Parameter _shift = LearnedParameter.From(zeros([model.Config.TextWidth], ScalarType.Float32, model.Device));

        public override IReadOnlyList<Parameter> Parameters => [_shift];

        public override IEnumerable<(string Name, Tensor Value)> State => [("shift", _shift)];

        public override PromptParts Prompts(Tensor? attributeTokens)
        {
            PromptParts parts = sentences.Parts(attributeTokens);
            return parts with { Suffix = parts.Suffix + _shift }; // [C, S, D]
        }

        public override void Dispose()
        {
            sentences.Dispose();
            _shift.Dispose();
        }
    }
}
