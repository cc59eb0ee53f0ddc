using System.Text.Json;

namespace Microsoft.ML.Loreal;

/// <summary>How the prompts that tell CLIP about the classes are made: the base method on which LOREAL builds.</summary>
/// <remarks>
/// A method is a description only: it holds settings and no tensors, so that one instance can serve many trainers.
/// </remarks>
public abstract class PromptMethod
{
    private protected PromptMethod()
    {
    }

    /// <summary>The name of the method, as it is stored in saved models.</summary>
    public abstract string Name { get; }

    /// <summary>The published training settings of the method.</summary>
    internal abstract TrainingStageOptions PublishedStage { get; }

    /// <summary>Whether the method has anything to learn.</summary>
    internal virtual bool Learns => true;

    /// <summary>Whether what is learned can prompt other classes than those it was trained for.</summary>
    internal virtual bool WorksForOtherClasses => true;

    /// <summary>
    /// CoOp: a context of learned vectors stands before, around or after the class name.
    /// </summary>
    /// <param name="contextTokens">The number of learned vectors, at least 1. Default 16. With <paramref name="initialText"/> its number of tokens is taken instead.</param>
    /// <param name="position">Where the class name stands. Default: after the context.</param>
    /// <param name="classSpecific">
    /// Whether every class learns its own context. Default false. Such a model cannot score other classes than those it was trained for.
    /// </param>
    /// <param name="initialText">Words whose embeddings the context starts from, for instance "a photo of a". Default (null): normal noise with standard deviation 0.02.</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="contextTokens"/> is less than 1, or <paramref name="position"/> is not defined.</exception>
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

    /// <summary>
    /// A hand-written prompt: zero-shot CLIP. Nothing is learned, so it is used with <c>Attributes = null</c>.
    /// </summary>
    /// <param name="template">The prompt, with {} where the class name goes. Default "a photo of a {}.".</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentException"><paramref name="template"/> does not contain {}.</exception>
    public static PromptMethod Template(string template = "a photo of a {}.")
    {
        ArgumentNullException.ThrowIfNull(template);
        if (!template.Contains(TemplateMethod.Placeholder, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The template \"{template}\" has no {{}} where the class name goes; write for instance \"a photo of a {{}}.\".", nameof(template));
        }

        return new TemplateMethod(template);
    }

    /// <summary>Checks that a backbone is deep enough for the method, before anything is computed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not; the message names the valid range.</exception>
    internal virtual void Check(ClipConfig config)
    {
    }

    /// <summary>Makes what one student learns for these classes, with random starting values drawn from <paramref name="random"/>.</summary>
    /// <param name="model">The frozen CLIP that the learner prompts.</param>
    /// <param name="vocabulary">How text becomes tokens.</param>
    /// <param name="classNames">The class names as the user gave them.</param>
    /// <param name="attributeTokens">The number of tokens that attribute slots put after the start token; they need room in the context.</param>
    /// <param name="random">The source of the starting values.</param>
    internal abstract PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random);

    /// <summary>Writes the properties of the method into the open JSON object.</summary>
    internal abstract void WriteSettings(Utf8JsonWriter writer);

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod ReadSettings(string name, JsonElement settings) => name switch
    {
        CoOpMethod.MethodName => CoOpMethod.Read(settings),
        TemplateMethod.MethodName => TemplateMethod.Read(settings),
        _ => throw new FormatException($"The model uses the prompt method \"{name}\", which this version of the package does not know."),
    };
}
