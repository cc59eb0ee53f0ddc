using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>MMRL (Guo and Gu, 2025): tokens of a representation space that both towers share, in the upper blocks of both.</summary>
internal sealed class MmrlMethod(LayerRange layers, int tokens, int width, float balance, float regularization, string template)
    : PromptMethod
{
    internal const string MethodName = "MMRL";

    // Of the 12 layers of ViT-B/16, from 6 on.
    private const int PublishedLayers = 7;

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override StageSettings PublishedStage =>
        new() { Epochs = 10, BatchSize = 4, Optimizer = PromptOptimizer.AdamW, LearningRate = 0.001 };

    /// <inheritdoc/>
    internal override void Check(ClipConfig config) => layers.Of(config, PublishedLayers);

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random) =>
        new MmrlLearner(
            model,
            new SentencePrompts(model, vocabulary, classNames, template, attributeTokens + tokens),
            layers.Of(model.Config, PublishedLayers),
            tokens,
            width,
            balance,
            regularization,
            random);

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

/// <summary>
/// MMRL's representation tokens, common to both towers: each listed layer maps them to its own width. Beside CLIP's image feature f there
/// is a second one, f_rep, from the states of those tokens; the trained classes are scored with both, other classes with f alone.
/// </summary>
internal sealed class MmrlLearner : PromptLearner
{
    private readonly SentencePrompts _sentences;
    private readonly Parameter _representation;  // [n, R]
    private readonly LearnedLinear[] _toImage;   // R -> vision width, one a layer
    private readonly LearnedLinear[] _toText;    // R -> text width, one a layer
    private readonly Parameter _projection;      // [vision width, J]
    private readonly Lazy<Tensor> _plainText;    // [C, J], normalized: the untouched CLIP's text features
    private readonly int _firstBlock;            // from 0
    private readonly float _balance;
    private readonly float _regularization;

    public MmrlLearner(
        ClipModel model,
        SentencePrompts sentences,
        (int First, int Last) layers,
        int tokens,
        int width,
        float balance,
        float regularization,
        Random random)
        : base(model)
    {
        _sentences = sentences;
        _firstBlock = layers.First - 1;
        _balance = balance;
        _regularization = regularization;
        _plainText = new Lazy<Tensor>(PlainText);

        using DisposeScope scope = NewDisposeScope();
        ClipConfig config = model.Config;
        Device device = model.Device;
        int count = layers.Last - layers.First + 1;
        _representation = LearnedParameter.Noise(random, device, tokens, width);
        _projection = LearnedParameter.From(
            RandomTensors.Normal(random, 1 / Math.Sqrt(config.VisionWidth), device, config.VisionWidth, config.EmbedDimension));
        _toImage = Maps("r2vproj", config.VisionWidth);
        _toText = Maps("r2tproj", config.TextWidth);

        // As published, all layers start from the same map, which has PyTorch's starting values of linear layers.
        LearnedLinear[] Maps(string name, int to)
        {
            double bound = 1 / Math.Sqrt(width);
            Tensor weight = RandomTensors.Uniform(random, bound, device, to, width);
            Tensor bias = RandomTensors.Uniform(random, bound, device, to);
            return [.. Enumerable.Range(0, count)
                .Select(k => new LearnedLinear($"representation_learner.compound_rep_tokens_{name}.{k}", weight, bias))];
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters =>
        [_representation, _projection, .. _toImage.Concat(_toText).SelectMany(map => map.Parameters)];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Value)> State =>
    [
        ("representation_learner.compound_rep_tokens", _representation),
        ("image_encoder.proj_rep", _projection),
        .. _toImage.Concat(_toText).SelectMany(map => map.State),
    ];

    /// <summary>100: the publication fixes this instead of taking CLIP's logit_scale.</summary>
    public override float LogitScale => 100;

    /// <inheritdoc/>
    public override SecondFeature? SecondFeature =>
        ForOtherClasses ? null : new SecondFeature(_representation.shape[0], _projection, 1 - _balance);

    /// <inheritdoc/>
    public override int? FirstImageBlock => _firstBlock;

    private long Joint => Model.Config.EmbedDimension;

    /// <inheritdoc/>
    public override TowerEdits ImageEdits() => Edits(_toImage);

    /// <inheritdoc/>
    public override TowerEdits TextEdits(long attributeTokens) => Edits(_toText);

    /// <summary>
    /// The tokens that enter the first changed block, and behind them the untouched CLIP's normalized feature: [B, T * D + J].
    /// </summary>
    public override Tensor FrozenStates(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = Tokens(pixels);                                                                           // [B, T, D]
        Tensor plain = Classifier.Normalize(Model.Visual.Features(tokens, _firstBlock, TowerEdits.None));        // [B, J]
        return cat([tokens.flatten(1), plain], 1).MoveToOuterDisposeScope();
    }

    /// <summary>f and f_rep side by side, each normalized: [B, 2 J].</summary>
    public override Tensor ImageFeatures(Tensor states)
    {
        using DisposeScope scope = NewDisposeScope();
        // [B, T * D + J] -> [B, T * D] -> [B, T, D]
        Tensor tokens = states.narrow(1, 0, states.shape[1] - Joint).reshape(states.shape[0], -1, Model.Config.VisionWidth);
        return Features(tokens).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Encode(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        return Features(Tokens(pixels)).MoveToOuterDisposeScope();
    }

    /// <summary>f.</summary>
    public override Tensor Condition(Tensor features) => features.narrow(1, 0, Joint);

    /// <inheritdoc/>
    public override Tensor Logits(Tensor features, Tensor text)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor own, Tensor representation) = (features.narrow(1, 0, Joint), features.narrow(1, Joint, Joint));

        // The logits are linear in the image feature, so those of the weighted sum are the weighted sum of both logits.
        Tensor image = ForOtherClasses ? own : own * _balance + representation * (1 - _balance);
        return Classifier.Logits(image, text, LogitScale).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override PromptLosses Losses(Tensor states, Tensor text, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = ImageFeatures(states);
        (Tensor own, Tensor representation) = (features.narrow(1, 0, Joint), features.narrow(1, Joint, Joint));
        Tensor crossEntropy = CrossEntropy(own) * _balance + CrossEntropy(representation) * (1 - _balance);
        Tensor imageDistance = 1 - MeanCosine(own, states.narrow(1, states.shape[1] - Joint, Joint));
        Tensor textDistance = 1 - MeanCosine(Classifier.Normalize(text).squeeze(0), _plainText.Value);
        Tensor total = crossEntropy + (imageDistance + textDistance) * _regularization;
        Tensor logits = Logits(features, text);
        scope.MoveToOuter(total, crossEntropy, logits);
        return new PromptLosses(total, crossEntropy, logits);

        Tensor CrossEntropy(Tensor image) => nn.functional.cross_entropy(Classifier.Logits(image, text, LogitScale), labels);

        // Both are normalized, [N, J] each.
        static Tensor MeanCosine(Tensor a, Tensor b) => (a * b).sum(1).mean();
    }

    /// <inheritdoc/>
    public override PromptParts Prompts(Tensor? attributeTokens) => _sentences.Parts(attributeTokens);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _sentences.Dispose();
        _representation.Dispose();
        _projection.Dispose();
        foreach (LearnedLinear map in _toImage.Concat(_toText))
        {
            map.Dispose();
        }

        if (_plainText.IsValueCreated)
        {
            _plainText.Value.Dispose();
        }
    }

    private Tensor Tokens(Tensor pixels) => Model.Visual.Advance(Model.Visual.Tokens(pixels), 0, _firstBlock, TowerEdits.None);

    /// <summary>The representation, mapped for each block, stands right after the first token.</summary>
    private TowerEdits Edits(IEnumerable<LearnedLinear> maps) =>
        TowerEdits.Insert(_firstBlock, 1, [.. maps.Select(map => map.Forward(_representation))]);

    /// <summary>[B, T, D] -> [B, 2 J].</summary>
    private Tensor Features(Tensor tokens)
    {
        long count = _representation.shape[0];
        Tensor read = Model.Visual.Finish(tokens, _firstBlock, 1 + count, ImageEdits()); // [B, 1 + n, D]
        Tensor mean = Model.Visual.LnPost.Forward(read.narrow(1, 1, count)).mean([1L]);  // [B, n, D] -> [B, D]
        return cat([Classifier.Normalize(Model.Visual.Pool(read)), Classifier.Normalize(mean.matmul(_projection))], 1);
    }

    private Tensor PlainText()
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor text = SharedPrefixEncoder.Encode(Model.Text, _sentences.Parts(null), TowerEdits.None);
        return Classifier.Normalize(text).squeeze(0).DetachFromDisposeScope(); // [1, C, J] -> [C, J]
    }
}
