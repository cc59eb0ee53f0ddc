using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

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
        new MmaLearner(
            model,
            new SentencePrompts(model, vocabulary, classNames, template, attributeTokens),
            layers.Of(model.Config, PublishedLayers),
            adapterWidth,
            scale,
            random);

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

/// <summary>
/// MMA's adapters beside the upper blocks of both towers, x' = block(x) + adapter(ln_1(x)), with the prompts of a hand-written template.
/// </summary>
internal sealed class MmaLearner : PromptLearner
{
    private readonly SentencePrompts _sentences;
    private readonly MultiModalAdapter? _atEntry;       // layer 0
    private readonly MultiModalAdapter[] _beside;       // of the blocks from _firstBlock on
    private readonly int _firstBlock;                   // from 0

    public MmaLearner(ClipModel model, SentencePrompts sentences, (int First, int Last) layers, int width, float scale, Random random)
        : base(model)
    {
        _sentences = sentences;
        _firstBlock = Math.Max(layers.First, 1) - 1;
        _atEntry = layers.First == 0 ? Adapter(0) : null;
        _beside = [.. Enumerable.Range(_firstBlock + 1, layers.Last - _firstBlock).Select(Adapter)];

        MultiModalAdapter Adapter(int layer) => new(model.Config, layer, width, scale, random, model.Device);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. Adapters.SelectMany(adapter => adapter.Parameters)];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Value)> State => Adapters.SelectMany(adapter => adapter.State);

    /// <inheritdoc/>
    public override int? FirstImageBlock => _firstBlock;

    private IEnumerable<MultiModalAdapter> Adapters => _atEntry is null ? _beside : _beside.Prepend(_atEntry);

    /// <inheritdoc/>
    public override TowerEdits ImageEdits() => Edits(adapter => adapter.Image);

    /// <inheritdoc/>
    public override TowerEdits TextEdits(long attributeTokens) => Edits(adapter => adapter.Text);

    /// <inheritdoc/>
    public override PromptParts Prompts(Tensor? attributeTokens) => _sentences.Parts(attributeTokens);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _sentences.Dispose();
        foreach (MultiModalAdapter adapter in Adapters)
        {
            adapter.Dispose();
        }
    }

    /// <summary>The adapters as one tower has them.</summary>
    private TowerEdits Edits(Func<MultiModalAdapter, Adapter> tower) => new()
    {
        AtEntry = _atEntry is null ? null : tower(_atEntry),
        Adapters = _beside.Select((adapter, i) => (_firstBlock + i, tower(adapter))).ToDictionary(),
    };
}

/// <summary>
/// MMA's adapter of one layer: s up(relu(shared(relu(down(y))))), with a projection down to width r and up again for each tower and one [r,
/// r] projection common to both.
/// </summary>
internal sealed class MultiModalAdapter : IDisposable
{
    private readonly LearnedLinear _textDown;
    private readonly LearnedLinear _textUp;
    private readonly LearnedLinear _imageDown;
    private readonly LearnedLinear _imageUp;
    private readonly LearnedLinear _shared;
    private readonly float _scale;
    private readonly double _gradientFactor;

    /// <summary>Makes an adapter with He's starting values (normal, variance 2 over the width that comes out; no bias).</summary>
    /// <param name="config">The backbone.</param>
    /// <param name="layer">Its number; layer 0 is before the first block.</param>
    /// <param name="width">r.</param>
    /// <param name="scale">s.</param>
    /// <param name="random">The source of the starting values.</param>
    /// <param name="device">Where the backbone is.</param>
    public MultiModalAdapter(ClipConfig config, int layer, int width, float scale, Random random, Device device)
    {
        _scale = scale;

        // Beside a block, the published code multiplies the gradient by s where it enters the branch and by 1 / s where it leaves: what is
        // before the branch gets the true gradient, and what learns 1 / s of it. The adapter of layer 0 has no such thing.
        _gradientFactor = layer == 0 ? 1 : 1.0 / scale;
        _textDown = Linear($"text_adapter.{layer}.down.0", config.TextWidth, width);
        _textUp = Linear($"text_adapter.{layer}.up", width, config.TextWidth);
        _imageDown = Linear($"visual_adapter.{layer}.down.0", config.VisionWidth, width);
        _imageUp = Linear($"visual_adapter.{layer}.up", width, config.VisionWidth);
        _shared = Linear($"shared_adapter.{layer}.0", width, width);

        LearnedLinear Linear(string name, int from, int to)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor weight = RandomTensors.Normal(random, Math.Sqrt(2.0 / to), device, to, from);
            return new LearnedLinear(name, weight, zeros([to], ScalarType.Float32, device));
        }
    }

    /// <summary>The parameters that training changes.</summary>
    public IEnumerable<Parameter> Parameters => Layers.SelectMany(layer => layer.Parameters);

    /// <summary>The named tensors that make up the trained state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => Layers.SelectMany(layer => layer.State);

    private IReadOnlyList<LearnedLinear> Layers => [_textDown, _textUp, _imageDown, _imageUp, _shared];

    /// <summary>The adapter as the text tower has it.</summary>
    public Adapter Text => new(_textDown.Weights, _shared.Weights, _textUp.Weights, _scale, _gradientFactor);

    /// <summary>The adapter as the image tower has it.</summary>
    public Adapter Image => new(_imageDown.Weights, _shared.Weights, _imageUp.Weights, _scale, _gradientFactor);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LearnedLinear layer in Layers)
        {
            layer.Dispose();
        }
    }
}
