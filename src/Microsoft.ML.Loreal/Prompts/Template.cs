using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>A hand-written prompt: zero-shot CLIP.</summary>
internal sealed class TemplateMethod(string template) : PromptMethod
{
    internal const string MethodName = "Template";

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override StageSettings PublishedStage => new() { Epochs = 0 };

    /// <inheritdoc/>
    internal override bool Learns => false;

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random) =>
        new Learner(model, vocabulary, classNames, template);

    /// <inheritdoc/>
    internal override void WriteSettings(Utf8JsonWriter writer) => writer.WriteString("template", template);

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod Read(JsonElement settings) => Template(settings.GetProperty("template").GetString()!);

    /// <summary>The prompts of the template. Nothing is learned.</summary>
    private sealed class Learner(ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, string template)
        : PromptLearner(model)
    {
        private readonly SentencePrompts _sentences = new(model, vocabulary, classNames, template);

        /// <inheritdoc/>
        public override IReadOnlyList<Parameter> Parameters => [];

        /// <inheritdoc/>
        public override IEnumerable<(string Name, Tensor Value)> State => [];

        /// <inheritdoc/>
        public override PromptParts Prompts(Tensor? attributeTokens) => attributeTokens is null
            ? _sentences.Parts(null)
            : throw new InvalidOperationException("A hand-written template takes no attribute slots.");

        /// <inheritdoc/>
        public override void Dispose() => _sentences.Dispose();
    }
}
