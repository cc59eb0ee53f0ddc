using System.Text.Json;

namespace Microsoft.ML.Loreal;

/// <summary>MMA (Yang et al., 2024): small adapters beside the upper blocks of both towers, joined by a projection that the towers share.</summary>
internal sealed class MmaMethod(LayerRange layers, int adapterWidth, float scale, string template) : PromptMethod
{
    internal const string MethodName = "MMA";

    // Of the 12 layers of ViT-B/16, from 5 on.
    private const int PublishedLayers = 8;

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override TrainingStageOptions PublishedStage => new() { Epochs = 5, BatchSize = 16, LearningRate = 0.0015, WarmupEpochs = 0 };

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
