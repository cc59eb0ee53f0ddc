using Microsoft.ML.Loreal.Clip;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// MMA's adapters beside the upper blocks of both towers, x' = block(x) + adapter(ln_1(x)), with the prompts of a hand-written template.
/// </summary>
internal sealed class MmaLearner : PromptLearner
{
    private readonly SentencePrompts _sentences;
    private readonly MultiModalAdapter? _atEntry;       // layer 0
    private readonly MultiModalAdapter[] _beside;       // of the blocks from _firstBlock on
    private readonly int _firstBlock;                   // from 0

    public MmaLearner(
        ClipModel model,
        IPromptVocabulary vocabulary,
        IReadOnlyList<string> classNames,
        string template,
        (int First, int Last) layers,
        int width,
        float scale,
        int attributeTokens,
        Random random)
        : base(model)
    {
        _sentences = new SentencePrompts(model, vocabulary, classNames, template, attributeTokens);
        _firstBlock = Math.Max(layers.First, 1) - 1;
        Device device = model.Text.PositionalEmbedding.device;
        _atEntry = layers.First == 0 ? Adapter(0) : null;
        _beside = [.. Enumerable.Range(_firstBlock + 1, layers.Last - _firstBlock).Select(Adapter)];

        MultiModalAdapter Adapter(int layer) => new(model.Config, layer, width, scale, random, device);
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
