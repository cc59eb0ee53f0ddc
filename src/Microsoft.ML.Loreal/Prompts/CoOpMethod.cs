using System.Text.Json;

namespace Microsoft.ML.Loreal;

/// <summary>CoOp (Zhou et al., 2022): the words around the class name are learned vectors.</summary>
internal sealed class CoOpMethod(int contextTokens, ClassNamePosition position, bool classSpecific, string? initialText) : PromptMethod
{
    internal const string MethodName = "CoOp";

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override TrainingStageOptions PublishedStage => new();

    /// <inheritdoc/>
    internal override bool WorksForOtherClasses => !classSpecific;

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random)
    {
        IReadOnlyList<int> initial = initialText is null ? [] : vocabulary.Encode(ClassTokens.Words(initialText));
        var layout = new ContextLayout(initialText is null ? contextTokens : initial.Count, position, classSpecific);
        return new ContextLearner(model, vocabulary, classNames, layout, initial, attributeTokens, random);
    }

    /// <inheritdoc/>
    internal override void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteNumber("contextTokens", contextTokens);
        writer.WriteString("position", position.ToString());
        writer.WriteBoolean("classSpecific", classSpecific);
        writer.WriteString("initialText", initialText);
    }

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod Read(JsonElement settings) => CoOp(
        settings.GetProperty("contextTokens").GetInt32(),
        Enum.Parse<ClassNamePosition>(settings.GetProperty("position").GetString()!),
        settings.GetProperty("classSpecific").GetBoolean(),
        settings.GetProperty("initialText").GetString());
}
