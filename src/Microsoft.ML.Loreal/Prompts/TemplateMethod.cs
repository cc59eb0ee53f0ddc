using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

public abstract partial class PromptMethod
{
    /// <summary>
    /// A hand-written prompt: zero-shot CLIP. Nothing is learned, so it is used with <c>Attributes = null</c>.
    /// </summary>
    /// <param name="template">The prompt, with {} where the class name goes. Default "a photo of a {}.".</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentException"><paramref name="template"/> does not contain {}.</exception>
    public static PromptMethod Template(string template = "a photo of a {}.")
    {
        TemplateMethod.CheckTemplate(template);
        return new TemplateMethod(template);
    }
}

/// <summary>A hand-written prompt: zero-shot CLIP.</summary>
internal sealed class TemplateMethod(string template) : PromptMethod
{
    internal const string MethodName = "Template";
    private const string Placeholder = "{}";

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

    /// <summary>Checks that there is a place for the class name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    internal static void CheckTemplate(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (!template.Contains(Placeholder, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The template \"{template}\" has no {{}} where the class name goes; write for instance \"a photo of a {{}}.\".", nameof(template));
        }
    }

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod Read(JsonElement settings) => Template(settings.GetProperty("template").GetString()!);

    /// <summary>The prompts of the template. Nothing is learned.</summary>
    private sealed class Learner(ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, string template) : PromptLearner(model)
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
