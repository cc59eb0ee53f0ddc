using System.Text.Json;

namespace Microsoft.ML.Loreal;

/// <summary>Independent vision-language prompting, the prompts of PromptSRC (Khattak et al., 2023) and of PromptKD's teachers.</summary>
internal sealed class IndependentPromptsMethod(IndependentPromptsSettings settings) : PromptMethod
{
    internal const string MethodName = "IndependentPrompts";

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override TrainingStageOptions PublishedStage => new() { Epochs = 20, BatchSize = 4, LearningRate = 0.0025 };

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
