using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;

namespace Microsoft.ML.Loreal;

public abstract partial class PromptMethod
{
    /// <summary>
    /// CoOp: a context of learned vectors stands before, around or after the class name.
    /// </summary>
    /// <param name="contextTokens">
    /// The number of learned vectors, at least 1. Default 16. With <paramref name="initialText"/> its number of tokens is taken instead.
    /// </param>
    /// <param name="position">Where the class name stands. Default: after the context.</param>
    /// <param name="classSpecific">
    /// Whether every class learns its own context. Default false. Such a model cannot score other classes than those it was trained for.
    /// </param>
    /// <param name="initialText">
    /// Words whose embeddings the context starts from, for instance "a photo of a". Default (null): normal noise with standard deviation
    /// 0.02.
    /// </param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="contextTokens"/> is less than 1, or <paramref name="position"/> is not defined.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="initialText"/> is blank.</exception>
    public static PromptMethod CoOp(
        int contextTokens = 16,
        ClassNamePosition position = ClassNamePosition.End,
        bool classSpecific = false,
        string? initialText = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextTokens, 1);
        if (!Enum.IsDefined(position))
        {
            throw new ArgumentOutOfRangeException(nameof(position), position, "Expected End, Middle or Front.");
        }

        if (initialText is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(ClassTokens.Words(initialText), nameof(initialText));
        }

        return new CoOpMethod(contextTokens, position, classSpecific, initialText);
    }
}

/// <summary>CoOp (Zhou et al., 2022): the words around the class name are learned vectors.</summary>
internal sealed class CoOpMethod(int contextTokens, ClassNamePosition position, bool classSpecific, string? initialText) : PromptMethod
{
    internal const string MethodName = "CoOp";

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override StageSettings PublishedStage => new();

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
