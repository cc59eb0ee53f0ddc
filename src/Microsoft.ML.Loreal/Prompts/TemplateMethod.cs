using System.Text.Json;

namespace Microsoft.ML.Loreal;

/// <summary>A hand-written prompt: zero-shot CLIP.</summary>
internal sealed class TemplateMethod(string template) : PromptMethod
{
    internal const string MethodName = "Template";
    internal const string Placeholder = "{}";

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

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod Read(JsonElement settings) => Template(settings.GetProperty("template").GetString()!);
}
