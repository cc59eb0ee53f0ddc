using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;

namespace Microsoft.ML.Loreal;

public abstract partial class PromptMethod
{
    /// <summary>
    /// MaPLe (Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR 2023): n vectors are learned in front of the class name, and
    /// others that take their place before each of the next blocks of the text tower; a learned linear map of every one of them stands at
    /// the end of the image tower's tokens before the same block.
    /// </summary>
    /// <param name="contextTokens">n, at least 1. Default 2.</param>
    /// <param name="depth">
    /// J, the number of blocks that get learned tokens, from the first one on; at least 1, at most the layers of the less deep tower, which
    /// the trainer checks. Default (null): 9 of 12 layers, as published; of fewer layers three quarters, rounded; never more than 9.
    /// </param>
    /// <param name="initialText">
    /// The words before the class name. The context starts from the embeddings of the first n of their tokens and takes their place; the
    /// others stay as they are. Default "a photo of a". Null, or fewer than n tokens: the context starts from normal noise with standard
    /// deviation 0.02 and there are no other words.
    /// </param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="contextTokens"/> or <paramref name="depth"/> is less than 1.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="initialText"/> is blank or contains {}.</exception>
    public static PromptMethod MaPLe(int contextTokens = 2, int? depth = null, string? initialText = "a photo of a")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextTokens, 1);
        if (depth < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "The depth is at least 1.");
        }

        if (initialText is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(ClassTokens.Words(initialText), nameof(initialText));
            if (initialText.Contains("{}", StringComparison.Ordinal))
            {
                throw new ArgumentException($"The initial text \"{initialText}\" contains {{}}; give only the words before the class name.", nameof(initialText));
            }
        }

        return new MaPLeMethod(contextTokens, depth, initialText);
    }
}

/// <summary>MaPLe (Khattak et al., 2023): deep prompts in the text tower, and coupled to them others in the image tower.</summary>
internal sealed class MaPLeMethod(int contextTokens, int? depth, string? initialText) : PromptMethod
{
    internal const string MethodName = "MaPLe";

    private const int PublishedDepth = 9;
    private const int PublishedLayers = 12;

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override StageSettings PublishedStage => new() { Epochs = 5, BatchSize = 4, LearningRate = 0.0035 };

    /// <inheritdoc/>
    internal override void Check(ClipConfig config) => Depth(config);

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random) =>
        new MaPLeLearner(model, vocabulary, classNames, contextTokens, Depth(model.Config), initialText, attributeTokens, random);

    /// <inheritdoc/>
    internal override void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteNumber("contextTokens", contextTokens);
        if (depth is { } given)
        {
            writer.WriteNumber("depth", given);
        }

        writer.WriteString("initialText", initialText);
    }

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod Read(JsonElement settings) => MaPLe(
        settings.GetProperty("contextTokens").GetInt32(),
        settings.TryGetProperty("depth", out JsonElement given) ? given.GetInt32() : null,
        settings.GetProperty("initialText").GetString());

    private int Depth(ClipConfig config)
    {
        int layers = Math.Min(config.TextLayers, config.VisionLayers);
        if (depth > layers)
        {
            throw new ArgumentOutOfRangeException(
                nameof(depth), depth, $"The backbone's text tower has {config.TextLayers} layers and its image tower {config.VisionLayers}; give a depth from 1 to {layers}, or null for the default.");
        }

        return depth ?? Math.Clamp((int)Math.Round((double)layers * PublishedDepth / PublishedLayers, MidpointRounding.AwayFromZero), 1, PublishedDepth);
    }
}
