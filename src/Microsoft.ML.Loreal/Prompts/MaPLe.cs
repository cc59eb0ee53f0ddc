using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

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
        int layers = LayerRange.CheckDepth(config, depth, nameof(depth), "a depth from 1");
        double share = (double)layers * PublishedDepth / PublishedLayers;
        return depth ?? Math.Clamp((int)Math.Round(share, MidpointRounding.AwayFromZero), 1, PublishedDepth);
    }
}

/// <summary>
/// MaPLe's coupled deep prompts. Text: start | attribute slots | context | remaining words of the sentence | class name; before the blocks
/// 1..J-1 others take the context's place. Image: a linear map of each of them to the tower's width stands behind the patches before the
/// same block.
/// </summary>
internal sealed class MaPLeLearner : PromptLearner
{
    private readonly SentencePrompts _sentences;
    private readonly Parameter[] _prompts;    // J x [n, D], those of block 0 first
    private readonly LearnedLinear[] _toImage; // J maps, text width -> vision width

    public MaPLeLearner(
        ClipModel model,
        IPromptVocabulary vocabulary,
        IReadOnlyList<string> classNames,
        int contextTokens,
        int depth,
        string? initialText,
        int attributeTokens,
        Random random)
        : base(model)
    {
        int[] words = initialText is null ? [] : [.. vocabulary.Encode(ClassTokens.Words(initialText))];
        bool fromWords = words.Length >= contextTokens;
        _sentences = fromWords
            ? new SentencePrompts(model, vocabulary, classNames, $"{ClassTokens.Words(initialText!)} {{}}.", attributeTokens, contextTokens)
            : new SentencePrompts(model, vocabulary, classNames, "{}.", attributeTokens + contextTokens);

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Device device = model.Device;
        (int from, int to) = (model.Config.TextWidth, model.Config.VisionWidth);
        _prompts = [.. Enumerable.Range(0, depth).Select(Prompt)];

        // As published: all deeper maps start from one and the same.
        var deeper = new Lazy<(Tensor Weight, Tensor Bias)>(Map);
        _toImage = [.. Enumerable.Range(0, depth).Select(layer =>
        {
            (Tensor weight, Tensor bias) = layer == 0 ? Map() : deeper.Value;
            return new LearnedLinear(layer == 0 ? "proj" : $"compound_prompt_projections.{layer - 1}", weight, bias);
        })];

        Parameter Prompt(int layer) => layer == 0 && fromWords
            ? LearnedParameter.From(model.Text.EmbedTokens(words[..contextTokens]))
            : LearnedParameter.Noise(random, device, contextTokens, from);

        (Tensor Weight, Tensor Bias) Map()
        {
            double bound = 1 / Math.Sqrt(from);
            return (RandomTensors.Uniform(random, bound, device, to, from), RandomTensors.Uniform(random, bound, device, to));
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. _prompts, .. _toImage.SelectMany(map => map.Parameters)];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Value)> State =>
    [
        .. _prompts.Select((prompt, layer) => (layer == 0 ? "ctx" : $"compound_prompts_text.{layer - 1}", (Tensor)prompt)),
        .. _toImage.SelectMany(map => map.State),
    ];

    /// <inheritdoc/>
    public override int? FirstImageBlock => 0;

    /// <inheritdoc/>
    public override TowerEdits ImageEdits()
    {
        IReadOnlyList<Tensor> tokens = ImageTokens();
        return TowerEdits.Insert(0, ^0, [Model.Visual.LnPre.Forward(tokens[0]), .. tokens.Skip(1)]);
    }

    /// <inheritdoc/>
    public override TowerEdits TextEdits(long attributeTokens) => TowerEdits.Replace(1, (int)(1 + attributeTokens), _prompts[1..]);

    /// <inheritdoc/>
    public override PromptParts Prompts(Tensor? attributeTokens) => _sentences.Parts(attributeTokens, _prompts[0]);

    /// <summary>The learned tokens of the image tower before each of the first J blocks, [n, D] each.</summary>
    public IReadOnlyList<Tensor> ImageTokens() => [.. _toImage.Zip(_prompts, (map, prompt) => map.Forward(prompt))];

    /// <inheritdoc/>
    public override void Dispose()
    {
        _sentences.Dispose();
        foreach (IDisposable part in _prompts.Concat<IDisposable>(_toImage))
        {
            part.Dispose();
        }
    }
}
