using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>The prompts of a hand-written template. Nothing is learned.</summary>
internal sealed class TemplateLearner(ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, string template) : PromptLearner(model)
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
