using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;

namespace Microsoft.ML.Loreal;

public abstract partial class PromptMethod
{
    /// <summary>
    /// MMA (Yang et al., "MMA: Multi-Modal Adapter for Vision-Language Models", CVPR 2024): beside each of the upper blocks of both towers
    /// stands an adapter, x' = block(x) + s up(relu(shared(relu(down(ln_1(x)))))), whose middle projection both towers share.
    /// </summary>
    /// <param name="firstLayer">
    /// The first layer with an adapter, counted from 1; 0 adds one before the first block. Default (null): the uppermost two thirds of the
    /// layers, as published (5 to 12 of 12). Towers of different depth have adapters at the same numbers.
    /// </param>
    /// <param name="lastLayer">The last layer with an adapter. Default (null): the last of the less deep tower.</param>
    /// <param name="adapterWidth">r, the width of the adapters, at least 1. Default 32.</param>
    /// <param name="scale">s, above 0. Default 0.001.</param>
    /// <param name="template">
    /// The prompt, with {} where the class name goes. Default "a photo of a {}.", which is the published one for all data sets.
    /// </param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is outside of its range. Layers that the backbone does not have are found by the trainer.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="template"/> does not contain {}.</exception>
    public static PromptMethod Mma(
        int? firstLayer = null, int? lastLayer = null, int adapterWidth = 32, float scale = 0.001f, string template = "a photo of a {}.")
    {
        var layers = new LayerRange(firstLayer, lastLayer);
        layers.Check(0);
        ArgumentOutOfRangeException.ThrowIfLessThan(adapterWidth, 1);
        if (!(scale > 0 && float.IsFinite(scale)))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be a finite number above 0.");
        }

        TemplateMethod.CheckTemplate(template);
        return new MmaMethod(layers, adapterWidth, scale, template);
    }
}

/// <summary>
/// MMA (Yang et al., 2024): small adapters beside the upper blocks of both towers, joined by a projection that the towers share.
/// </summary>
internal sealed class MmaMethod(LayerRange layers, int adapterWidth, float scale, string template) : PromptMethod
{
    internal const string MethodName = "MMA";

    // Of the 12 layers of ViT-B/16, from 5 on.
    private const int PublishedLayers = 8;

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override StageSettings PublishedStage => new() { Epochs = 5, BatchSize = 16, LearningRate = 0.0015, WarmupEpochs = 0 };

    /// <inheritdoc/>
    internal override void Check(ClipConfig config) => layers.Of(config, PublishedLayers);

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random) =>
        new MmaLearner(model, vocabulary, classNames, template, layers.Of(model.Config, PublishedLayers), adapterWidth, scale, attributeTokens, random);

    /// <inheritdoc/>
    internal override void WriteSettings(Utf8JsonWriter writer)
    {
        layers.Write(writer);
        writer.WriteNumber("adapterWidth", adapterWidth);
        writer.WriteNumber("scale", scale);
        writer.WriteString("template", template);
    }

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod Read(JsonElement settings)
    {
        var layers = LayerRange.Read(settings);
        return Mma(
            layers.First,
            layers.Last,
            settings.GetProperty("adapterWidth").GetInt32(),
            settings.GetProperty("scale").GetSingle(),
            settings.GetProperty("template").GetString()!);
    }
}
