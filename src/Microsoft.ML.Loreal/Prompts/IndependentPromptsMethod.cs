using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;

namespace Microsoft.ML.Loreal;

public abstract partial class PromptMethod
{
    /// <summary>
    /// Independent vision-language prompting, the prompts of PromptSRC and of PromptKD's published teachers, here trained with the
    /// cross-entropy alone: learned tokens in both towers that have nothing to do with each other, and others in their place before the
    /// next blocks.
    /// </summary>
    /// <param name="textTokens">
    /// The learned tokens of the text tower, at least 1 and at most the tokens of <paramref name="initialText"/>. Default 4.
    /// </param>
    /// <param name="imageTokens">The learned tokens of the image tower, at least 1. Default 4.</param>
    /// <param name="textDepth">The text blocks that have their own, from the first on. Default 9.</param>
    /// <param name="imageDepth">The image blocks that have their own, from the first on. Default 9.</param>
    /// <param name="initialText">
    /// The words before the class name; the text tokens start from the first of them and take their place, the others stay. Default "a
    /// photo of a".
    /// </param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="initialText"/> is blank.</exception>
    public static PromptMethod IndependentPrompts(
        int textTokens = 4, int imageTokens = 4, int textDepth = 9, int imageDepth = 9, string initialText = "a photo of a")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(textTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(textDepth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageDepth, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(initialText);
        return new IndependentPromptsMethod(new IndependentPromptsSettings(textTokens, imageTokens, textDepth, imageDepth, ClassTokens.Words(initialText)));
    }
}

/// <summary>Independent vision-language prompting, the prompts of PromptSRC (Khattak et al., 2023) and of PromptKD's teachers.</summary>
internal sealed class IndependentPromptsMethod(IndependentPromptsSettings settings) : PromptMethod
{
    internal const string MethodName = "IndependentPrompts";

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override StageSettings PublishedStage => new() { Epochs = 20, BatchSize = 4, LearningRate = 0.0025 };

    /// <inheritdoc/>
    internal override void Check(ClipConfig config)
    {
        Depth("textDepth", settings.TextDepth, config.TextLayers);
        Depth("imageDepth", settings.ImageDepth, config.VisionLayers);

        static void Depth(string name, int depth, int layers)
        {
            if (depth > layers)
            {
                throw new ArgumentOutOfRangeException(name, depth, $"The backbone has {layers} blocks in this tower; the depth of the prompts must be between 1 and {layers}.");
            }
        }
    }

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random) =>
        new IndependentPromptsLearner(model, vocabulary, classNames, settings, attributeTokens, random);

    /// <inheritdoc/>
    internal override void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteNumber("textTokens", settings.TextTokens);
        writer.WriteNumber("imageTokens", settings.ImageTokens);
        writer.WriteNumber("textDepth", settings.TextDepth);
        writer.WriteNumber("imageDepth", settings.ImageDepth);
        writer.WriteString("initialText", settings.InitialText);
    }

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod Read(JsonElement settings)
    {
        return IndependentPrompts(Number("textTokens"), Number("imageTokens"), Number("textDepth"), Number("imageDepth"), settings.GetProperty("initialText").GetString()!);

        int Number(string name) => settings.GetProperty(name).GetInt32();
    }
}
