using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

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
                throw new ArgumentOutOfRangeException(
                    name,
                    depth,
                    $"The backbone has {layers} blocks in this tower; the depth of the prompts must be between 1 and {layers}.");
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
        return IndependentPrompts(
            Number("textTokens"),
            Number("imageTokens"),
            Number("textDepth"),
            Number("imageDepth"),
            settings.GetProperty("initialText").GetString()!);

        int Number(string name) => settings.GetProperty(name).GetInt32();
    }
}

/// <summary>The sizes of independent vision-language prompts.</summary>
/// <param name="TextTokens">The learned tokens of the text tower.</param>
/// <param name="ImageTokens">The learned tokens of the image tower.</param>
/// <param name="TextDepth">The text blocks that have their own.</param>
/// <param name="ImageDepth">The image blocks that have their own.</param>
/// <param name="InitialText">The words before the class name, whose first ones the text tokens start from and take the place of.</param>
internal sealed record IndependentPromptsSettings(int TextTokens, int ImageTokens, int TextDepth, int ImageDepth, string InitialText);

/// <summary>
/// Independent vision-language prompts: a learned context in place of the first words of a template, others in its place before the next
/// text blocks, and learned tokens of the image tower. The two sides share nothing.
/// </summary>
internal sealed class IndependentPromptsLearner : PromptLearner
{
    private readonly SentencePrompts _sentences;
    private readonly Parameter _context; // [n, D]
    private readonly Parameter[] _deep;  // [n, D] each, before the text blocks 1, 2, ..
    private readonly ImagePrompts _images;

    public IndependentPromptsLearner(
        ClipModel model,
        IPromptVocabulary vocabulary,
        IReadOnlyList<string> classNames,
        IndependentPromptsSettings settings,
        int attributeTokens,
        Random random)
        : base(model)
    {
        _sentences = new SentencePrompts(
            model, vocabulary, classNames, $"{settings.InitialText} {{}}.", attributeTokens, settings.TextTokens);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _context = LearnedParameter.From(model.Text.EmbedTokens([.. vocabulary.Encode(settings.InitialText).Take(settings.TextTokens)]));
        _deep = [.. Enumerable.Range(1, settings.TextDepth - 1)
            .Select(_ => LearnedParameter.Noise(random, model.Device, settings.TextTokens, model.Config.TextWidth))];
        _images = new ImagePrompts(model, settings.ImageTokens, settings.ImageDepth, random);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [_context, .. _deep, .. _images.Parameters];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Value)> State =>
    [
        ("prompt_learner.ctx", _context),
        .. _deep.Select((tokens, i) => ($"text_encoder.transformer.resblocks.{i + 1}.VPT_shallow", (Tensor)tokens)),
        .. _images.State,
    ];

    /// <inheritdoc/>
    public override int? FirstImageBlock => 0;

    /// <inheritdoc/>
    public override TowerEdits ImageEdits() => _images.Edits();

    /// <inheritdoc/>
    public override TowerEdits TextEdits(long attributeTokens) => TowerEdits.Replace(1, (int)(1 + attributeTokens), _deep);

    /// <inheritdoc/>
    public override PromptParts Prompts(Tensor? attributeTokens) => _sentences.Parts(attributeTokens, _context);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _sentences.Dispose();
        _context.Dispose();
        foreach (Parameter tokens in _deep)
        {
            tokens.Dispose();
        }

        _images.Dispose();
    }
}
