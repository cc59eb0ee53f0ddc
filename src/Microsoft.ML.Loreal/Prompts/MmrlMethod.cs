using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;

namespace Microsoft.ML.Loreal;

public abstract partial class PromptMethod
{
    /// <summary>
    /// MMRL (Guo and Gu, "MMRL: Multi-Modal Representation Learning for Vision-Language Models", CVPR 2025): n learned tokens of a space
    /// that both towers share are mapped to the width of each tower and layer and stand right after the first token of the upper blocks.
    /// Beside CLIP's image feature they give a second one. The classes of the training are scored with both, others (<c>WithClasses</c>)
    /// with the first alone.
    /// </summary>
    /// <param name="firstLayer">
    /// The first layer that sees the tokens, counted from 1. Default (null): the uppermost 7 of 12 layers, as published (6 to 12), and of
    /// towers of another depth the same share. In towers of different depth it is the same number.
    /// </param>
    /// <param name="lastLayer">
    /// The last layer before which the tokens are set anew; later ones keep what flows through. Default (null): the last of the less deep
    /// tower.
    /// </param>
    /// <param name="representationTokens">n, at least 1. Default 5.</param>
    /// <param name="representationWidth">The width of the shared space, at least 1. Default 512 (published: 2048 for EuroSAT).</param>
    /// <param name="balance">
    /// alpha in [0, 1], the weight of the first feature's logits and loss; the second one's is 1 - alpha. Default 0.7.
    /// </param>
    /// <param name="regularization">
    /// lambda, at least 0: the weight of the cosine distances of image and text features from the untouched CLIP's. Default 0.5, the
    /// published one for ImageNet and Caltech-101; those of other data sets go from 0.01 (EuroSAT) to 7 (Stanford Cars).
    /// </param>
    /// <param name="template">The prompt, with {} where the class name goes. Default "a photo of a {}.".</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is outside of its range. Layers that the backbone does not have are found by the trainer.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="template"/> does not contain {}.</exception>
    public static PromptMethod Mmrl(
        int? firstLayer = null,
        int? lastLayer = null,
        int representationTokens = 5,
        int representationWidth = 512,
        float balance = 0.7f,
        float regularization = 0.5f,
        string template = "a photo of a {}.")
    {
        var layers = new LayerRange(firstLayer, lastLayer);
        layers.Check(1);
        ArgumentOutOfRangeException.ThrowIfLessThan(representationTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(representationWidth, 1);
        if (!(balance is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(balance), balance, "The balance must be in [0, 1].");
        }

        if (!(regularization >= 0 && float.IsFinite(regularization)))
        {
            throw new ArgumentOutOfRangeException(nameof(regularization), regularization, "The regularization must be a finite number, at least 0.");
        }

        TemplateMethod.CheckTemplate(template);
        return new MmrlMethod(layers, representationTokens, representationWidth, balance, regularization, template);
    }
}

/// <summary>MMRL (Guo and Gu, 2025): tokens of a representation space that both towers share, in the upper blocks of both.</summary>
internal sealed class MmrlMethod(LayerRange layers, int tokens, int width, float balance, float regularization, string template) : PromptMethod
{
    internal const string MethodName = "MMRL";

    // Of the 12 layers of ViT-B/16, from 6 on.
    private const int PublishedLayers = 7;

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override StageSettings PublishedStage => new() { Epochs = 10, BatchSize = 4, Optimizer = PromptOptimizer.AdamW, LearningRate = 0.001 };

    /// <inheritdoc/>
    internal override void Check(ClipConfig config) => layers.Of(config, PublishedLayers);

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random) =>
        new MmrlLearner(model, vocabulary, classNames, template, layers.Of(model.Config, PublishedLayers), tokens, width, balance, regularization, attributeTokens, random);

    /// <inheritdoc/>
    internal override void WriteSettings(Utf8JsonWriter writer)
    {
        layers.Write(writer);
        writer.WriteNumber("representationTokens", tokens);
        writer.WriteNumber("representationWidth", width);
        writer.WriteNumber("balance", balance);
        writer.WriteNumber("regularization", regularization);
        writer.WriteString("template", template);
    }

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod Read(JsonElement settings)
    {
        var layers = LayerRange.Read(settings);
        return Mmrl(
            layers.First,
            layers.Last,
            settings.GetProperty("representationTokens").GetInt32(),
            settings.GetProperty("representationWidth").GetInt32(),
            settings.GetProperty("balance").GetSingle(),
            settings.GetProperty("regularization").GetSingle(),
            settings.GetProperty("template").GetString()!);
    }
}
