using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>The prompts of a hand-written template. Nothing is learned.</summary>
internal sealed class TemplateLearner : PromptLearner
{
    private readonly Tensor _prefix; // [1, P, D], start and the words that all classes begin with
    private readonly Tensor _suffix; // [C, S, D]
    private readonly Tensor _end;    // [C] int64
    private readonly SuffixLayout _layout;

    public TemplateLearner(ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, string template)
        : base(model)
    {
        var sentences = ClassTokens.Sentences(vocabulary, classNames, template);
        for (var c = 0; c < sentences.Length; c++)
        {
            ClassTokens.CheckLength(classNames[c], sentences[c].Length, 2, model.Config.ContextLength);
        }

        var common = 0;
        while (sentences.All(s => s.Length > common && s[common] == sentences[0][common]))
        {
            common++;
        }

        var length = sentences.Max(s => s.Length) - common + 1;
        var suffixes = new long[sentences.Length * length];
        Array.Fill(suffixes, vocabulary.EndOfText);
        for (var c = 0; c < sentences.Length; c++)
        {
            for (var s = common; s < sentences[c].Length; s++)
            {
                suffixes[c * length + s - common] = sentences[c][s];
            }
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var device = model.Text.PositionalEmbedding.device;
        long[] prefix = [vocabulary.StartOfText, .. sentences[0].Take(common).Select(t => (long)t)];
        _prefix = model.Text.Embed(tensor(prefix, [1, prefix.Length], device: device)).DetachFromDisposeScope();
        _suffix = model.Text.Embed(tensor(suffixes, [sentences.Length, length], device: device)).DetachFromDisposeScope();
        var ends = Array.ConvertAll(sentences, s => (long)(s.Length - common));
        _end = tensor(ends, device: device).DetachFromDisposeScope();
        _layout = new SuffixLayout(ends, length, device);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Value)> State => [];

    /// <inheritdoc/>
    public override PromptParts Prompts(Tensor? attributeTokens) => attributeTokens is null
        ? new PromptParts(_prefix, _suffix, _end, _layout)
        : throw new InvalidOperationException("A hand-written template takes no attribute slots.");

    /// <inheritdoc/>
    public override void Dispose()
    {
        _prefix.Dispose();
        _suffix.Dispose();
        _end.Dispose();
        _layout.Dispose();
    }
}
