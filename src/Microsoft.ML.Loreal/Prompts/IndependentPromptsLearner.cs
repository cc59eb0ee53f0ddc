using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// Independent vision-language prompts: a learned context in place of the first words of a template, others in its place before the next
/// text blocks, and learned tokens of the image tower. The two sides share nothing.
/// </summary>
internal sealed class IndependentPromptsLearner : PromptLearner
{
    private const double InitialDeviation = 0.02;

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
        IReadOnlyList<int> words = vocabulary.Encode(settings.InitialText);
        _sentences = new SentencePrompts(
            model, vocabulary, classNames, $"{settings.InitialText} {{}}.", attributeTokens, settings.TextTokens);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Device device = model.Text.PositionalEmbedding.device;
        Tensor start = tensor(words.Take(settings.TextTokens).Select(t => (long)t).ToArray(), [1, settings.TextTokens], device: device);
        _context = Learned(model.Text.Embed(start).squeeze(0)); // [1, n, D] -> [n, D]
        _deep = new Parameter[settings.TextDepth - 1];
        for (int i = 0; i < _deep.Length; i++)
        {
            _deep[i] = Learned(RandomTensors.Normal(random, InitialDeviation, device, settings.TextTokens, model.Config.TextWidth));
        }

        _images = new ImagePrompts(model, settings.ImageTokens, settings.ImageDepth, random);

        static Parameter Learned(Tensor start)
        {
            var parameter = new Parameter(start.clone());
            parameter.DetachFromDisposeScope();
            return parameter;
        }
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
