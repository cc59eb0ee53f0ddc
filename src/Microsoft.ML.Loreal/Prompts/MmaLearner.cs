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
    public override bool LearnsImages => true;

    private IEnumerable<MultiModalAdapter> Adapters => _atEntry is null ? _beside : _beside.Prepend(_atEntry);

    /// <inheritdoc/>
    public override Tensor FrozenStates(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = Model.Visual.Advance(Model.Visual.Tokens(pixels), 0, _firstBlock, null);                  // [B, T, D]
        return tokens.flatten(1).MoveToOuterDisposeScope();                                                    // [B, T * D]
    }

    /// <inheritdoc/>
    public override Tensor ImageFeatures(Tensor states)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = states.reshape(states.shape[0], -1, Model.Config.VisionWidth);                            // [B, T * D] -> [B, T, D]
        tokens = _atEntry is null ? tokens : tokens + _atEntry.Image(tokens);
        Tensor read = Model.Visual.Finish(tokens, _firstBlock, 1, new Branch(layer => At(layer) is { } adapter ? adapter.Image : null));
        return Classifier.Normalise(Model.Visual.Pool(read)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override PromptParts Prompts(Tensor? attributeTokens)
    {
        PromptParts parts = _sentences.Parts(attributeTokens);
        return _atEntry is null ? parts : parts with
        {
            Prefix = parts.Prefix + _atEntry.Text(parts.Prefix),
            Suffix = parts.Suffix + _atEntry.Text(parts.Suffix),
        };
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _sentences.Dispose();
        foreach (MultiModalAdapter adapter in Adapters)
        {
            adapter.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override ITowerPrompts TextPrompts(long attributeTokens) => new Branch(layer => At(layer) is { } adapter ? adapter.Text : null);

    private MultiModalAdapter? At(int block) => _beside.ElementAtOrDefault(block - _firstBlock);

    /// <summary>The adapters as one tower sees them.</summary>
    private sealed class Branch(Func<int, Func<Tensor, Tensor>?> adapter) : ITowerPrompts
    {
        /// <inheritdoc/>
        public Tensor? Beside(int layer, Tensor normalised) => adapter(layer)?.Invoke(normalised);
    }
}
