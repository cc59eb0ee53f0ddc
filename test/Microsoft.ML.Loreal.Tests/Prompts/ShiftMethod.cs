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
    /// <inheritdoc/>
    public override string Name => "Shift";

    /// <inheritdoc/>
    internal override StageSettings PublishedStage => new() { Epochs = 10 };

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random) =>
        new Learner(model, vocabulary, classNames, attributeTokens);

    /// <inheritdoc/>
    internal override void WriteSettings(Utf8JsonWriter writer)
    {
    }

    private sealed class Learner : PromptLearner
    {
        private readonly SentencePrompts _sentences;
        private readonly Parameter _shift; // [J]

        public Learner(ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens)
            : base(model)
        {
            _sentences = new SentencePrompts(model, vocabulary, classNames, "a photo of a {}.", attributeTokens);
            _shift = new Parameter(zeros([model.Config.EmbedDimension], device: model.Text.PositionalEmbedding.device));
            _shift.DetachFromDisposeScope();
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Parameter> Parameters => [_shift];

        /// <inheritdoc/>
        public override IEnumerable<(string Name, Tensor Value)> State => [("shift", _shift)];

        /// <inheritdoc/>
        public override PromptParts Prompts(Tensor? attributeTokens) => _sentences.Parts(attributeTokens);

        /// <inheritdoc/>
        public override Tensor TextFeatures(Tensor? attributeTokens)
        {
            using DisposeScope scope = NewDisposeScope();
            return (base.TextFeatures(attributeTokens) + _shift).MoveToOuterDisposeScope(); // [B, C, J]
        }

        /// <inheritdoc/>
        public override void Dispose()
        {
            _shift.Dispose();
            _sentences.Dispose();
        }
    }
}
