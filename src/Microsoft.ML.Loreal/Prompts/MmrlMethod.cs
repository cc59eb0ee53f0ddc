using System.Text.Json;

namespace Microsoft.ML.Loreal;

/// <summary>MMRL (Guo and Gu, 2025): tokens of a representation space that both towers share, in the upper blocks of both.</summary>
internal sealed class MmrlMethod(LayerRange layers, int tokens, int width, float balance, float regularization, string template) : PromptMethod
{
    internal const string MethodName = "MMRL";

    // Of the 12 layers of ViT-B/16, from 6 on.
    private const int PublishedLayers = 7;

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override TrainingStageOptions PublishedStage => new() { Epochs = 10, BatchSize = 4, Optimizer = PromptOptimizer.AdamW, LearningRate = 0.001 };

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
