using System.Text.Json;

namespace Microsoft.ML.Loreal;

/// <summary>A hand-written prompt: zero-shot CLIP.</summary>
internal sealed class TemplateMethod(string template) : PromptMethod
{
    internal const string MethodName = "Template";
    private const string Placeholder = "{}";

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override TrainingStageOptions PublishedStage => new() { Epochs = 0 };

    /// <inheritdoc/>
    internal override bool Learns => false;

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random) =>
        new TemplateLearner(model, vocabulary, classNames, template);

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
}
